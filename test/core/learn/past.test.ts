import { describe, expect, it } from 'vitest';
import type { GoalSignal, PolicyKind, Programme } from '../../../core/domain/programme.ts';
import type { Past } from '../../../core/learn/past.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { toAliases } from '../../../runtime/engine/asked.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { CLICK, CONTEXT, DAY, LEFT, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const RATES: Record<string, number> = { a: 0.05, b: 0.2, c: 0.05 };
const PEOPLE = 600;

const LAST = programme({
  id: 'last',
  goal: { signals: [CLICK] },
  policy: { kind: 'fixed-split' },
  variants: ['a', 'b', 'c'].map((id) => variant(id)),
});
const NEXT = programme({
  id: 'next',
  goal: { signals: [{ ...CLICK, weight: 1 }] },
  policy: { kind: 'auto', priorFrom: ['last'] },
  variants: ['a', 'b', 'new'].map((id) => variant(id)),
});

/** Last season: people click by `RATES`; those in `without` never came. */
async function season(programmes: readonly Programme[], without: readonly number[] = []): Promise<EngineRig> {
  const rig = await engineRig({ programmes: [...programmes] });
  for (let i = 0; i < PEOPLE; i++) {
    const luck = rngFromNumber(i).uniform();
    if (without.includes(i)) continue;
    const person = { userId: `u${i}` };
    const { id: decisionId, option } = await rig.decide(person, { programme: 'last' });
    if (luck >= RATES[option]!) continue;
    const click = { type: 'signal' as const, source: 's', id: `click ${i}`, at: NOON, person, decisionId };
    await rig.engine.ingest([{ ...click, name: CLICK.signal, values: {} }]);
  }
  await rig.folder.catchUp();
  rig.clock.now = NOON + 30 * DAY;
  return rig;
}

const chances = async (rig: EngineRig, id = 'next'): Promise<Record<string, number>> => {
  const { eligible } = await rig.decide({ userId: 'somebody' }, { programme: id, preview: true });
  return Object.fromEntries(eligible.map(({ option, propensity }) => [option, propensity]));
};
const pastOn = ({ catalogue }: EngineRig): Past => catalogue.model('next').state.past!;

describe('a programme that takes its prior from another', () => {
  it.each(['auto', 'weighted-thompson', 'top-two', 'linear-thompson'] as const)(
    'begins with what that one learned: %s',
    async (kind) => {
      const next = { ...NEXT, ...CONTEXT, policy: { kind, priorFrom: ['last'] } };
      const rig = await season([LAST, next, { ...next, id: 'alone', policy: { kind } }]);
      const [known, alone] = [await chances(rig), await chances(rig, 'alone')];
      expect(alone.b).toBeCloseTo(alone.a!, 2);
      expect(known.b).toBeGreaterThan(alone.b! + 0.03);
      expect(known.b).toBeGreaterThan(known.a! + 0.05);
      expect(Object.values(known).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
    },
  );

  it('counts what was planned ahead there as a whole: by then nothing is awaited any more', async () => {
    const last = { ...LAST, timing: { horizonHours: 48 } };
    const rig = await season([last, NEXT]);
    const { options } = pastOn(rig);
    for (const { option, trials } of estimatesOf(last, rig.catalogue.model('last').state, rig.clock.now)) {
      if (options[option]) expect(options[option].total.information[0]).toBeCloseTo(trials, 1);
    }
    expect(Object.keys(options)).toEqual(['a', 'b', 'new']);
  });

  it('says of each option what it is believed to earn by that, and as how many trials it counts', async () => {
    const rig = await season([LAST, NEXT]);
    const [a, b, fresh] = estimatesOf(NEXT, rig.catalogue.model('next').state, rig.clock.now);
    expect(b).toMatchObject({ trials: 0, effectiveTrials: 0, prior: { by: 'id' } });
    expect(b!.prior!.mean).toBeGreaterThan(0.12);
    expect(a!.prior!.mean).toBeLessThan(0.1);
    // nothing is known of it but what all options have in common
    expect(fresh).toMatchObject({ prior: { by: 'all' } });
    expect(fresh!.prior!.mean).toBeGreaterThan(a!.prior!.mean);
    expect(fresh!.prior!.mean).toBeLessThan(b!.prior!.mean);
    expect(fresh!.prior!.trials).toBeLessThan(b!.prior!.trials);
    // what is believed lies between the prior and what would be believed without
    expect(b!.estimate).toBeGreaterThan(a!.estimate);
    expect(b!.interval.low).toBeLessThan(b!.estimate);
  });

  it.each(['auto', 'linear-thompson'] as const)(
    'says what a score is the sum of, with what is known from elsewhere: %s',
    async (kind) => {
      const rig = await season([LAST, { ...NEXT, ...CONTEXT, policy: { kind, priorFrom: ['last'] } }]);
      const context = { plan: 'pro', days: 30 };
      // of the context something has to be known
      for (let i = 0; i < 30; i++)
        await rig.decide({ userId: `n${i}` }, { programme: 'next', context: { plan: 'free', days: 10 * i } });
      await rig.folder.catchUp();
      const { option, eligible, because } = await rig.decide({ userId: 'u' }, { programme: 'next', context });
      const sum = because!.reduce((total, { contribution }) => total + contribution, 0);
      expect(sum).toBeCloseTo(eligible.find((own) => own.option === option)!.score, 12);
    },
  );

  it('takes an option that was not there for those that share its labels', async () => {
    const hooks: Record<string, string> = { a: 'story', b: 'price', c: 'story', p: 'price', s: 'story' };
    const labelled = (ids: string): Programme['variants'] =>
      [...ids].map((id) => variant(id, hooks[id] === undefined ? {} : { labels: { hook: hooks[id] } }));
    const next = { ...NEXT, variants: labelled('psx') };
    const rig = await season([{ ...LAST, variants: labelled('abc') }, next]);
    const [p, s, x] = estimatesOf(next, rig.catalogue.model('next').state, rig.clock.now);
    expect([p, s, x].map((own) => own!.prior!.by)).toEqual(['labels', 'labels', 'all']);
    expect(p!.prior!.mean).toBeGreaterThan(x!.prior!.mean);
    expect(x!.prior!.mean).toBeGreaterThan(s!.prior!.mean);
    // the more is shared, the more it says; less than what the option itself did
    expect(p!.prior!.trials).toBeGreaterThan(x!.prior!.trials);
    expect((await chances(rig)).p).toBeGreaterThan((await chances(rig)).s! + 0.05);
  });

  it('knows nothing of somebody who was erased there', async () => {
    const gone = 7;
    const [rig, rest] = [await season([LAST, NEXT]), await season([LAST, NEXT], [gone])];
    expect(pastOn(rig)).not.toEqual(pastOn(rest));
    const before = rig.catalogue.model('next').version;
    await rig.engine.erase(toAliases({ userId: `u${gone}` }), rig.clock.now);
    await rig.folder.catchUp();
    expect(pastOn(rig)).toEqual(pastOn(rest));
    expect(rig.catalogue.model('next').version).toBe(before + 1);
  });

  it('keeps its model where nothing was learned there', async () => {
    const rig = await season([LAST, NEXT, programme({ id: 'other' })]);
    const before = rig.catalogue.model('next').version;
    await rig.decide({ userId: 'u1' }, { programme: 'other' });
    await rig.folder.catchUp();
    expect(rig.catalogue.model('next').version).toBe(before);
  });

  it('may take it from all of the same goal that are over', async () => {
    const workspace = { ...NEXT, policy: { kind: 'auto' as const, priorFrom: 'workspace' as const } };
    const other = programme({ id: 'orders', goal: { signals: [ORDER] }, status: 'ended' });
    const rig = await season([LAST, workspace, other]);
    expect(pastOn(rig)).toMatchObject({ sources: [{ source: 'orders', unused: expect.any(String) }] });
    expect((await chances(rig)).b).toBeCloseTo((await chances(rig)).a!, 2);
    await rig.store.saveProgramme({ ...LAST, status: 'ended' }, 1, rig.clock.now);
    await rig.folder.catchUp();
    expect(pastOn(rig).sources).toMatchObject([{ source: 'last', trials: PEOPLE }, { source: 'orders' }]);
    expect((await chances(rig)).b).toBeGreaterThan((await chances(rig)).a! + 0.1);
  });
});

describe('a programme that begins with a send log', () => {
  const LOSS = { ...LEFT, weight: -5 };
  it.each<[string, GoalSignal[]]>([
    ['can only lose', [LOSS]],
    ['can only lose, and counts something for a limit', [LOSS, { ...CLICK, weight: 0 }]],
    ['lost more than it earned', [ORDER, LOSS]],
  ])('which %s prefers what lost least there', async (_, signals) => {
    // each send that was lost cost 5
    const lost = (sends: number) => ({ trials: 5_000, reward: -5 * sends, squares: 25 * sends });
    const priorLog = {
      source: 'log',
      at: new Date(NOON).toISOString(),
      options: { a: lost(150), b: lost(15) },
    };
    const of = (kind: PolicyKind): Programme =>
      programme({
        id: kind,
        goal: { signals },
        variants: ['a', 'b'].map((id) => variant(id)),
        policy: { kind, priorLog },
      });
    const kinds = ['auto', 'weighted-thompson'] as const;
    const rig = await engineRig({ programmes: kinds.map(of) });
    await rig.engine.ingest([
      {
        type: 'signal',
        source: 's',
        id: '1',
        at: NOON,
        person: { userId: 'u' },
        name: CLICK.signal,
        values: {},
      },
    ]);
    await rig.folder.catchUp();
    // half of the decisions do not go by it
    for (const kind of kinds) expect((await chances(rig, kind)).b).toBeGreaterThan(0.7);
  });
});
