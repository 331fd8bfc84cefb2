import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contact, StoredSignal } from '../../../core/contracts/records.ts';
import { decide } from '../../../core/decide/decide.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { newPerson } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { live } from '../../support/decisions.ts';
import { DAY, HOUR, LEFT, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const OWN = programme({
  goal: { signals: [ORDER, LEFT] },
  variants: [variant('a'), variant('b')],
  frequency: { perDays: 7, least: 1, most: 4 },
});

const contact = (at: number, changes: Partial<Contact> = {}): Contact => ({
  ...{ person: 'p', at, decision: `d${at}`, programme: 'welcome', channel: 'email', variant: 'a' },
  ...changes,
});
const order = (at: number, changes: Partial<StoredSignal> = {}): StoredSignal => ({
  ...{ source: 's', id: `o${at}`, at, name: ORDER.signal, values: {}, person: 'p' },
  ...changes,
});

function asked(own: Programme, contacts: Contact[], signals: StoredSignal[] = [], seed = 'seed'): Decision {
  const facts = { person: newPerson('p', ['user:u']), contacts, signals, sendKey: 'key', now: NOON };
  return decide({ programme: own.id, person: { userId: 'u' }, context: {} }, facts, live(own), seed);
}

describe('the frequency of a person', () => {
  it('follows how much more readily than others they answer, by hand', () => {
    // nothing was learned: one answer to thirty is what everybody is believed to give
    const at = (...days: number[]): Contact[] => days.map((ago) => contact(NOON - ago * DAY));
    expect(asked(OWN, []).frequency).toEqual({ target: 3, answered: 0, expected: 0 });
    const silent = asked(OWN, at(30, 60)).frequency!;
    expect(silent.answered).toBe(0);
    expect(silent.expected).toBeCloseTo((0.5 + 0.25) / 30, 12);
    const keen = asked(OWN, at(30, 60), [order(NOON - 29 * DAY)]).frequency!;
    // 1.5 answers where 1.025 were expected, times 2.5
    expect(keen).toMatchObject({ target: 4, answered: 0.5 });
    // of a machine, after the window, before the contact, of another programme, or too early to tell
    for (const nothing of [
      asked(OWN, at(30, 60), [order(NOON - 29 * DAY, { machine: true })]),
      asked(OWN, at(30, 60), [order(NOON - 20 * DAY)]),
      asked(OWN, at(30, 60), [order(NOON - 61 * DAY)]),
      asked(OWN, [...at(30, 60), contact(NOON - 40 * DAY, { programme: 'another' })]),
      asked(OWN, [...at(30, 60), contact(NOON - 2 * HOUR)]),
    ]) {
      expect(nothing.frequency!.answered).toBe(0);
      expect(nothing.frequency!.expected).toBeCloseTo(0.75 / 30, 12);
    }
  });

  it('holds a person to their target, and says when the next contact is free', () => {
    const contacts = [1, 2, 3].map((days) => contact(NOON - days * DAY));
    const own = { ...OWN, frequency: { perDays: 7, least: 2, most: 4 } };
    const { guardrail, dropped, action } = asked(own, contacts);
    expect([action, guardrail]).toEqual(['silence', 'frequency']);
    expect(dropped[0]).toMatchObject({
      ...{ rule: 'frequency', count: 3, limit: 3, hours: 168, until: NOON + 4 * DAY },
      detail: expect.stringMatching(/^3 of 3 contacts of this programme .* target, from 2 to 4$/),
    });
    const others = contacts.map((one) => ({ ...one, programme: 'another' }));
    expect(asked(own, others).action).toBe('send');
  });

  it('never leaves the range, whatever happened', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 24 * 100 }), { maxLength: 60 });
    const range = fc.tuple(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 30 }),
    );
    fc.assert(
      fc.property(ages, ages, range, (had, orders, [least, more, perDays]) => {
        const frequency = { perDays, least, most: least + more };
        const own = { ...OWN, silence: true, frequency };
        const contacts = had.map((hours) => contact(NOON - hours * HOUR));
        const inside = had.filter((hours) => hours < perDays * 24).length;
        const decision = asked(
          own,
          contacts,
          orders.map((hours) => order(NOON - hours * HOUR)),
          `${had.length}`,
        );
        const { target } = decision.frequency!;
        expect(target).toBeGreaterThanOrEqual(least);
        expect(target).toBeLessThanOrEqual(least + more);
        if (inside < least) expect(decision.action).toBe('send');
        if (inside >= target) expect(decision.guardrail).toBe('frequency');
        if (inside < target) expect(decision.guardrail).toBeUndefined();
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('falls for who stops answering and rises for who does not, between least and most in every week', async () => {
    const rig = await engineRig({ programmes: [{ ...OWN, silence: true }] });
    const rng = rngFromText('frequency');
    const sent = new Map<string, number[]>();
    const people = Array.from({ length: 18 }, (_, n) => `u${n}`);
    // a third always answers now and then, a third never does, a third stops after five weeks
    const rate = (n: number, day: number): number => (n % 3 === 0 || (n % 3 === 2 && day < 35) ? 0.5 : 0);
    let number = 0;
    for (let day = 0; day < 98; day++) {
      for (const [n, userId] of people.entries()) {
        const { action, id } = await rig.decide({ userId }, { send: `s${++number}` });
        if (action !== 'send') continue;
        sent.set(userId, [...(sent.get(userId) ?? []), day]);
        if (rng.uniform() >= rate(n, day)) continue;
        const event = {
          type: 'signal',
          source: 's',
          name: ORDER.signal,
          values: {},
          decisionId: id,
        } as const;
        await rig.engine.ingest([{ ...event, id: `o${number}`, at: rig.clock.now, person: { userId } }]);
      }
      rig.clock.now += DAY;
      if (day % 7 === 0) await rig.folder.catchUp();
    }
    const perWeek = (kind: number, from: number, to: number): number => {
      const some = people.filter((_, n) => n % 3 === kind).map((userId) => sent.get(userId)!);
      return (
        some.flatMap((days) => days.filter((day) => day >= from && day < to)).length /
        some.length /
        ((to - from) / 7)
      );
    };
    expect(perWeek(0, 70, 98)).toBeGreaterThan(3.2);
    expect(perWeek(1, 70, 98)).toBeLessThan(1.5);
    expect(perWeek(2, 14, 35)).toBeGreaterThan(2.8);
    expect(perWeek(2, 77, 98)).toBeLessThan(perWeek(2, 14, 35) - 0.7);
    for (const days of sent.values()) {
      for (let from = 0; from + 7 <= 98; from++) {
        const inside = days.filter((day) => day >= from && day < from + 7).length;
        expect(inside).toBeGreaterThanOrEqual(1);
        expect(inside).toBeLessThanOrEqual(4);
      }
    }
  }, 30_000);

  it('holds the holdout to the range alone, and asks of the past what it needs', async () => {
    const held = { ...OWN, holdout: { kind: 'random' as const, share: 1 } };
    const contacts = [1, 2, 3].map((days) => contact(NOON - days * DAY));
    expect(asked(held, contacts)).toMatchObject({ action: 'send', frequency: { target: 4 } });
    const rig = await engineRig({ programmes: [OWN] });
    expect(rig.catalogue.lookback().contactsMs).toBe((92 + 7) * DAY);
    const backs = ['Order Refunded', 'Order Cancelled'];
    expect([...rig.catalogue.lookback().signals.keys()]).toEqual([ORDER.signal, ...backs]);
  });
});
