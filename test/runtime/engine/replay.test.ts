import { beforeAll, describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { recentFunnel } from '../../../runtime/engine/recent-funnel.ts';
import type { Replay } from '../../../runtime/engine/replay.ts';
import { replay } from '../../../runtime/engine/replay.ts';
import type { Funnel } from '../../../core/decide/funnel.ts';
import { addFunnel, emptyFunnel } from '../../../core/decide/funnel.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';
import { ITEMS, LETTER, pieces, slotted } from '../../support/slots.ts';

const DECISIONS = 1_500;
const MEMBERS = Array.from({ length: 200 }, (_, n) => n);
/** Rate of an order after each option; d is never tried. */
const RATES: Readonly<Record<string, number>> = { a: 0.5, b: 0.5, c: 0 };
const CURRENT = programme({
  variants: [variant('a'), variant('b'), variant('c'), variant('d', { approval: undefined })],
  guardrails: { eligible: 'traits.age >= 18', caps: [{ per: 'person', count: 3, hours: 24 }] },
  holdout: { kind: 'no-contact', share: 0.1 },
});

let rig: EngineRig;
const told: Funnel = emptyFunnel();

/** People of several ages ask, and some of them order an hour later. */
beforeAll(async () => {
  rig = await engineRig({ programmes: [CURRENT], funnel: (funnel) => addFunnel(told, funnel) });
  const rng = rngFromText('replay');
  const identify = (n: number) =>
    ({ type: 'identify', source: 's', id: `i${n}`, at: NOON, person: { userId: `u${n}` } }) as const;
  await rig.engine.ingest(
    Array.from({ length: 500 }, (_, n) => ({
      ...identify(n),
      traits: { age: n % 10 === 0 ? 12 : 40, member: MEMBERS.includes(n) },
    })),
  );
  for (let i = 0; i < DECISIONS; i++) {
    const person = { userId: `u${Math.floor(rng.uniform() * 500)}` };
    const context = { plan: rng.uniform() < 0.5 ? 'pro' : 'free' };
    const { id, option } = await rig.decide(person, { send: `s${i}`, context });
    rig.clock.now += 60_000;
    if (rng.uniform() >= (RATES[option] ?? 0)) continue;
    const order = { type: 'signal', source: 's', id: `o${i}`, name: 'Order Completed', values: {} } as const;
    await rig.engine.ingest([{ ...order, at: rig.clock.now, person, decisionId: id }]);
  }
  rig.clock.now += 8 * DAY;
  await rig.folder.catchUp();
}, 60_000);

const run = (changes: Partial<Programme>, stretch: { limit?: number; from?: number; until?: number } = {}) =>
  replay(
    {
      current: { ...CURRENT, version: 1 },
      changed: { ...CURRENT, version: 1, ...changes },
      // what the decisions were made on: all options alike
      model: { version: 0, state: emptyState() },
      stretch: { limit: 5_000, until: Infinity, clock: () => 0, ...stretch },
      now: rig.clock.now,
    },
    rig.store,
  );

function concluded({ value }: Replay) {
  if ('refused' in value) throw new Error(value.refused);
  return value;
}

describe('a replay', () => {
  it('of a programme that did not change says so, without doubt', async () => {
    const same = await run({});
    expect(same).toMatchObject({
      decisions: DECISIONS,
      ended: 'everything',
      differ: 0,
      moves: [],
      notLookedAt: [],
    });
    expect(same.compared + same.skipped.holdout!).toBe(DECISIONS);
    expect(concluded(same).difference.selfNormalised).toMatchObject({ value: 0, interval: { high: 0 } });
    expect(concluded(same).effectiveSize).toBeCloseTo(concluded(same).decisions, 6);
  });

  it('says how many would differ, by what, and what that is worth', async () => {
    const variants = CURRENT.variants.map((own) =>
      own.id === 'c' ? { ...own, eligible: 'context.plan == "x"' } : own,
    );
    const without = await run({ variants });
    const all = (await rig.store.decisionsOf('welcome', Number.MAX_SAFE_INTEGER, 5_000)).decisions;
    const chosen = all.filter(
      ({ decision }) => decision.reason === 'policy' && decision.option === 'c',
    ).length;
    const open = all.filter(({ decision }) => decision.reason === 'policy').length;
    expect(without.newlyDropped).toEqual({ eligibility: open });
    expect(without.newlyAllowed).toEqual({});
    // the same draw falls on another option where it fell on c, and where c stood before what was chosen
    expect(without.differ).toBeGreaterThanOrEqual(chosen);
    expect(without.moves.reduce((sum, { count }) => sum + count, 0)).toBe(without.differ);
    expect(without.moves.filter(({ to }) => to === 'c')).toEqual([]);
    const { difference, effectiveSize, uncovered } = concluded(without);
    // a third of what was open went to c, which earns nothing: the others earn 0.5 a decision
    const truth = (open / without.compared) * (0.5 - 1 / 3);
    for (const { value, interval } of [difference.selfNormalised, difference.doublyRobust]) {
      expect(interval.low).toBeGreaterThan(0);
      expect(interval.low).toBeLessThan(truth);
      expect(interval.high).toBeGreaterThan(truth);
      expect(value).toBeGreaterThan(interval.low);
    }
    expect(uncovered).toBe(0);
    expect(effectiveSize).toBeLessThan(concluded(await run({})).effectiveSize);
  });

  it('concludes nothing of what was never tried', async () => {
    const variants = CURRENT.variants.map((own) => (own.id === 'd' ? variant('d') : own));
    const { value, newlyAllowed } = await run({ variants });
    expect(newlyAllowed).toHaveProperty('approval');
    expect(value).toMatchObject({ refused: expect.stringContaining('could not have been drawn') });
    const looser = await run({ guardrails: { ...CURRENT.guardrails, eligible: 'true' } });
    expect(looser.newlyAllowed.eligibility).toBeGreaterThan(0);
    expect(looser.value).toMatchObject({ refused: expect.any(String) });
  });

  it.each<[string, Partial<Programme>, string[]]>([
    [
      'a longer past',
      { guardrails: { caps: [{ per: 'person', count: 1, hours: 72 }] } },
      ['contacts of the last 3 days'],
    ],
    [
      'a signal',
      { guardrails: { restAfterSignal: [{ signal: 'complained', hours: 24 }] } },
      ['complained of the last day'],
    ],
  ])('leaves decisions out that did not look at %s, and says so', async (_, changes, names) => {
    const { compared, skipped, notLookedAt, value } = await run(changes);
    expect(notLookedAt).toEqual(names);
    expect(compared).toBe(0);
    expect(skipped['not-looked-at']! + skipped.holdout!).toBe(DECISIONS);
    expect(value).toHaveProperty('refused');
  });

  it('takes a trait that nobody asked for then as it is now, and says so', async () => {
    const asked = await run({
      guardrails: { ...CURRENT.guardrails, eligible: 'traits.age >= 18 && traits.member' },
    });
    expect(asked).toMatchObject({ assumed: ['traits.member'], notLookedAt: [] });
    const { decisions } = await rig.store.decisionsOf('welcome', Number.MAX_SAFE_INTEGER, 5_000);
    const drawn = decisions.filter(({ decision }) => decision.reason === 'policy');
    const members = new Set(MEMBERS.map((n) => `user:u${n}`));
    let others = 0;
    for (const { decision } of drawn) {
      const [person] = await rig.store.profiles([decision.person]);
      if (!members.has(person!.aliases[0]!)) others++;
    }
    expect(others).toBeGreaterThan(100);
    expect(asked.newlyDropped).toEqual({ eligibility: others * 3 });
    expect(asked.differ).toBe(others);
    const purposes = await run({ guardrails: { ...CURRENT.guardrails, consent: { email: 'marketing' } } });
    expect(purposes).toMatchObject({ assumed: ['consent to marketing'], differ: 0 });
  });

  it('concludes nothing by another goal', async () => {
    const { value } = await run({
      goal: { signals: [{ signal: 'Order Completed', weight: 2, windowHours: 168 }] },
    });
    expect(value).toMatchObject({ refused: expect.stringContaining('goal') });
  });

  it('concludes nothing where messages would be put together in another way', async () => {
    const letter = slotted('a', LETTER);
    const current = { ...CURRENT, variants: [letter, ...CURRENT.variants.slice(1)] };
    const value = async (variants: Programme['variants'], changes: Partial<Programme> = {}) => {
      const stretch = { limit: 300, until: Infinity, clock: () => 0 };
      const model = { version: 0, state: emptyState() };
      const asked = {
        current,
        changed: { ...current, variants, ...changes },
        model,
        stretch,
        now: rig.clock.now,
      };
      return (await replay(asked, rig.store)).value;
    };
    const others = current.variants.slice(1);
    const refused = { refused: expect.stringContaining('put together from other pieces') };
    for (const own of [
      { pairs: [] },
      { forbidden: [] },
      { slots: { ...LETTER.slots, hero: pieces('hero', 3) } },
    ]) {
      expect(await value([{ ...letter, ...own }, ...others])).toMatchObject(refused);
    }
    expect(await value([variant('a'), ...others])).toMatchObject(refused);
    expect(await value(current.variants, { policy: { kind: 'fixed-split' } })).toMatchObject(refused);
    const words = {
      ...LETTER.slots,
      hero: [{ id: 'h1', content: { hero: 'other' } }, LETTER.slots!.hero![1]!],
    };
    expect(await value([{ ...letter, slots: words }, ...others, slotted('e', ITEMS)])).not.toMatchObject(
      refused,
    );
  });

  it('counts only decisions whose outcome is complete', async () => {
    const early = await replay(
      {
        ...{ current: CURRENT, changed: CURRENT, model: { version: 0, state: emptyState() } },
        ...{ stretch: { limit: 5_000, until: Infinity, clock: () => 0 }, now: NOON + DAY },
      },
      rig.store,
    );
    expect(early.value).toMatchObject({ refused: expect.stringContaining('0 decisions'), decisions: 0 });
  });

  it('is bounded by number, by age and by time', async () => {
    expect(await run({}, { limit: 300 })).toMatchObject({ decisions: 300, ended: 'limit' });
    expect(await run({}, { until: -1 })).toMatchObject({ decisions: 0, ended: 'time' });
    const from = NOON + 20 * HOUR;
    const late = await run({}, { from });
    expect(late.from).toBeGreaterThanOrEqual(from);
    expect(late.decisions).toBe(DECISIONS - 20 * 60);
  });
});

it('the funnel of a report and of the metrics adds up, and is what the decisions say', async () => {
  const shown = await recentFunnel(rig.store, 'welcome', () => 0, []);
  const { decisions } = await rig.store.decisionsOf('welcome', Number.MAX_SAFE_INTEGER, 5_000);
  const all = decisions.map(({ decision }) => decision);
  expect(shown.decisions).toBe(DECISIONS);
  expect(shown.candidates).toBe(4 * DECISIONS);
  const rules = Object.fromEntries(
    ['approval', 'eligibility', 'caps'].map((rule) => {
      return [rule, all.flatMap(({ dropped }) => dropped).filter((one) => one.rule === rule).length] as const;
    }),
  );
  expect(shown.dropped).toEqual(rules);
  for (const rule of Object.keys(rules)) expect(rules[rule]).toBeGreaterThan(20);
  expect(shown.chosen).toBe(all.filter(({ action }) => action === 'send').length);
  const drawn = all.filter(({ reason }) => reason === 'policy');
  expect(shown.notChosen.policy).toBe(drawn.reduce((sum, { eligible }) => sum + eligible.length - 1, 0));
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  expect(sum(shown.dropped) + shown.chosen + sum(shown.notChosen)).toBe(shown.candidates);
  const { candidates, dropped, chosen, notChosen, lostInArbitration } = shown;
  expect(told).toEqual({ candidates, dropped, chosen, notChosen, lostInArbitration });
  expect(lostInArbitration).toBe(0);
});
