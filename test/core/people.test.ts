import { describe, expect, test } from 'vitest';
import type { WorkFacts } from '../../core/contracts/records.ts';
import { WorkingSet } from '../../core/people/working-set.ts';

const NOTHING: WorkFacts = { persons: [], aliases: [], decisions: [], contacts: [], deciders: [], seen: [] };

function emptySet(): WorkingSet {
  let made = 0;
  return new WorkingSet(NOTHING, () => `per_${made++}`);
}

describe('ids that name one person', () => {
  test('an anonymous id joins the person who logs in with it', () => {
    const set = emptySet();
    const before = set.person(['anonymous:x'], 1);
    const after = set.person(['user:a', 'anonymous:x'], 2);
    expect(after.id).toBe(before.id);
    expect(set.person(['user:a'], 3).id).toBe(before.id);
  });

  test('a device that two people log in on does not make them one', () => {
    const set = emptySet();
    const ann = set.person(['user:ann', 'anonymous:kiosk'], 1);
    const bob = set.person(['user:bob', 'anonymous:kiosk'], 2);
    expect(bob.id).not.toBe(ann.id);
    expect(set.person(['user:ann'], 3).id).toBe(ann.id);
    expect(set.person(['user:bob'], 3).id).toBe(bob.id);
    expect(set.finish().merges).toEqual([]);
  });

  test('two known people with user ids stay two, whatever else they share', () => {
    const set = emptySet();
    const ann = set.person(['user:ann', 'anonymous:1'], 1);
    set.person(['user:bob', 'email:shared'], 1);
    expect(set.person(['email:shared', 'anonymous:1'], 2).aliases).not.toContain('user:ann');
    expect(set.person(['user:ann'], 3).id).toBe(ann.id);
    expect(set.finish().merges).toEqual([]);
  });

  test('an alias call says outright that two user ids are one person', () => {
    const set = emptySet();
    const ann = set.person(['user:ann'], 1);
    const old = set.person(['user:old'], 1);
    expect(old.id).not.toBe(ann.id);
    expect(set.person(['user:ann', 'user:old'], 2, true).members.sort()).toEqual([ann.id, old.id].sort());
  });
});
