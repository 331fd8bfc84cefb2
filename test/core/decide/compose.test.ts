import { describe, expect, test } from 'vitest';
import { again, asRecorded } from '../../../core/decide/again.ts';
import type { Complete } from '../../../core/decide/again.ts';
import { degradedAnswer } from '../../../core/decide/answer.ts';
import { decide } from '../../../core/decide/decide.ts';
import type { Decision, DecideRequest } from '../../../core/domain/decision.ts';
import { newPerson } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { Model } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { liveOf } from '../../../runtime/engine/live.ts';
import { learned } from '../../support/learned-pieces.ts';
import { DAY, NOON, programme } from '../../support/programmes.ts';
import { ITEMS, LETTER, slotted } from '../../support/slots.ts';

const letter = (changes: Partial<Programme> = {}): Programme =>
  programme({ variants: [slotted('letter', LETTER)], fallback: 'letter', ...changes });

const REQUEST: DecideRequest = { programme: 'welcome', person: { userId: 'ann' }, context: {} };

function make(
  own: Programme,
  send: number,
  request: Partial<DecideRequest> = {},
  model: Pick<Model, 'version' | 'state'> = { version: 0, state: emptyState() },
): Decision {
  const facts = {
    person: newPerson(`p${send}`, [`user:${send}`]),
    contacts: [],
    sendKey: `send ${send}`,
    now: NOON,
  };
  return decide({ ...REQUEST, ...request }, facts, liveOf(own, model), 'seed');
}

/** What was learned of messages of which those with one subject do best, in the week before last. */
const best = (subject: string) =>
  learned({
    programme: letter(),
    rate: (pieces) => (pieces.subject === subject ? 0.15 : 0.05),
    trials: 900,
    until: NOON - 8 * DAY,
  });
const LEARNED = { version: 1, state: best('s2') };
const OTHER = best('s1');

const sends = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('a message that is put together from pieces', () => {
  test('has one piece of every slot, their fields, and never two that are forbidden together', () => {
    const seen = new Set<string>();
    for (const send of sends(500)) {
      const { action, variant, pieces = {}, content, items } = make(letter(), send);
      expect({ action, variant, items }).toEqual({ action: 'send', variant: 'letter', items: undefined });
      expect(Object.keys(pieces).sort()).toEqual(['cta', 'hero', 'subject']);
      const fields = Object.entries(pieces).map(([slot, id]) => [slot, `${slot} ${String(id)}`]);
      expect(content).toEqual({ body: '<p>Hello</p>', ...Object.fromEntries(fields) });
      expect([pieces.subject, pieces.hero]).not.toEqual(['s3', 'h2']);
      seen.add(JSON.stringify(pieces));
    }
    expect(seen.size).toBe(15);
  });

  test.each([
    { name: 'before anything is learned', model: undefined },
    { name: 'after 900 messages', model: LEARNED },
  ])('each piece is drawn with the probability that is recorded, $name', ({ model }) => {
    const drawn = sends(1_500).map((send) => make(letter(), send, {}, model).drawn!);
    const counts = new Map<string, { expected: number; count: number }>();
    for (const { propensity, draws } of drawn) {
      expect(propensity).toBeCloseTo(
        draws.reduce((all, { piece, among }) => all * among[piece]!, 1),
        12,
      );
      draws.forEach(({ slot, among, piece }, step) => {
        expect(Object.values(among).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        const before = draws.slice(0, step).map((own) => own.piece);
        for (const [id, p] of Object.entries(among)) {
          const key = JSON.stringify([before, slot, id]);
          const known = counts.get(key) ?? { expected: 0, count: 0 };
          counts.set(key, { expected: known.expected + p, count: known.count + Number(id === piece) });
        }
      });
    }
    // a binomial count is beyond 4.5 standard deviations once in 150,000
    for (const [key, { expected, count }] of counts) {
      expect(Math.abs(count - expected), key).toBeLessThan(4.5 * Math.sqrt(expected) + 1);
    }
  });

  test('is made of what does best, as far as is known, and is the same again when more is', () => {
    const seen = new Map<string, number>();
    for (const send of sends(200)) {
      const decision = make(letter(), send, {}, LEARNED);
      expect(decision.policy).toContain('pieces: thompson, 200 draws');
      const name = String(decision.pieces!.subject);
      seen.set(name, (seen.get(name) ?? 0) + 1);
      const live = liveOf(letter(), { version: 9, state: OTHER });
      const repeated = again(decision as Complete, { ...live, policy: asRecorded(decision, live.policy) });
      const { pieces, drawn, content } = decision;
      expect(repeated).toMatchObject({ pieces, drawn, content });
    }
    expect(seen.get('s2')).toBeGreaterThan(100);
    const others = sends(200).map(
      (send) => make(letter(), send, {}, { version: 9, state: OTHER }).pieces!.subject,
    );
    expect(others.filter((subject) => subject === 's1').length).toBeGreaterThan(100);
  });

  test('several of a slot are different ones, in the order in which they were drawn', () => {
    const own = programme({ variants: [slotted('list', ITEMS)] });
    const seen = new Set<string>();
    for (const send of sends(400)) {
      const { pieces, items, content, drawn } = make(own, send);
      const ids = pieces!.item as string[];
      expect(new Set(ids).size).toBe(2);
      expect(items).toEqual({ item: ids.map((id) => ({ item: `item ${id}` })) });
      expect(content).toEqual({ body: '<p>Hello</p>' });
      expect(drawn!.draws.map(({ piece }) => piece)).toEqual(ids);
      expect(Object.keys(drawn!.draws[1]!.among)).not.toContain(ids[0]);
      seen.add(ids.join());
    }
    expect(seen.size).toBe(20);
  });

  test('is the same again, also when the policy would choose otherwise by now', () => {
    for (const send of sends(100)) {
      const own = letter({ holdout: { kind: 'random', share: 0.3 } });
      const decision = make(own, send);
      const live = liveOf(own, { version: 0, state: emptyState() });
      const policy = asRecorded(decision, live.policy);
      const repeated = again(decision as Complete, { ...live, policy });
      expect(repeated).toMatchObject({
        pieces: decision.pieces,
        drawn: decision.drawn,
        policy: decision.policy,
      });
    }
  });

  test('of a holdout: as usual is as written, at random is even', () => {
    const held = (kind: 'business-as-usual' | 'random'): Decision[] =>
      sends(60).map((send) => make(letter({ holdout: { kind, share: 0.9 } }), send));
    const usual = held('business-as-usual').filter(({ reason }) => reason === 'holdout');
    expect(usual.length).toBeGreaterThan(40);
    for (const { pieces, drawn } of usual) {
      expect(pieces).toEqual({ cta: 'c1', hero: 'h1', subject: 's1' });
      expect(drawn!.propensity).toBe(1);
    }
    for (const { drawn } of held('random').filter(({ reason }) => reason === 'holdout')) {
      expect(drawn!.draws[0]!.among).toEqual({ c1: 1 / 3, c2: 1 / 3, c3: 1 / 3 });
    }
  });

  test('is the one that was asked for by name', () => {
    const pieces = { subject: 's2', hero: 'h2', cta: 'c3' };
    for (const send of sends(10)) {
      const decision = make(letter(), send, { pin: 'letter', pieces });
      expect(decision).toMatchObject({ reason: 'pinned', pieces, learn: false, drawn: { propensity: 1 } });
      const live = liveOf(letter(), { version: 0, state: emptyState() });
      expect(again(decision as Complete, live).pieces).toEqual(pieces);
    }
  });

  test('is as written where nothing can be decided in time', () => {
    const OPEN = { now: NOON, aliases: ['user:u'], standings: () => 'open' as const };
    const answer = degradedAnswer('welcome', letter(), OPEN);
    const pieces = { cta: 'c1', hero: 'h1', subject: 's1' };
    expect(answer).toMatchObject({
      action: 'send',
      variant: 'letter',
      pieces,
      content: { subject: 'subject s1' },
    });
    const list = programme({ variants: [slotted('list', ITEMS)], fallback: 'list' });
    expect(degradedAnswer('welcome', list, OPEN).items).toEqual({
      item: [{ item: 'item i1' }, { item: 'item i2' }],
    });
  });

  test('leaves a variant without slots as it is', () => {
    const decision = make(programme(), 1);
    expect(decision.pieces ?? decision.drawn ?? decision.items).toBeUndefined();
    expect(decision.policy).not.toContain('pieces');
  });
});
