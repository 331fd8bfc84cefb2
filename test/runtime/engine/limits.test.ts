import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { HOUR, LEFT, MINUTE, ORDER, programme, variant } from '../../support/programmes.ts';

const limited = (weight: number): Programme =>
  programme({
    goal: {
      signals: [ORDER, { ...LEFT, weight, silence: false }],
      limits: [{ signal: LEFT.signal, atMost: 0.02 }],
    },
    variants: [variant('a'), variant('b')],
    policy: { kind: 'fixed-split' },
  });

interface Sent extends Decision {
  userId: string;
}

/** So many persons are decided for. */
const sends = (rig: EngineRig, count: number, name: string): Promise<Sent[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const userId = `${name} ${i}`;
      return { ...(await rig.decide({ userId })), userId };
    }),
  );

/** Every so-many-th of those who got a variant does something now. Resolves with how many that are, and of how many. */
async function some(
  rig: EngineRig,
  made: readonly Sent[],
  { every, got, name }: { every: number; got: string; name: string },
): Promise<string> {
  const own = made.filter(({ variant }) => variant === got);
  const who = own.filter((_, i) => i % every === 0);
  await rig.engine.ingest(
    who.map(({ id: decisionId, userId }) => {
      const of = { person: { userId }, decisionId, name, values: {} };
      return { type: 'signal' as const, source: 's', id: `${name} ${decisionId}`, at: rig.clock.now, ...of };
    }),
  );
  await rig.folder.catchUp();
  return `${who.length} ${name} in ${own.length} decisions`;
}

/** What limits say by now of the options they speak against. */
async function dropped(rig: EngineRig): Promise<Record<string, string>> {
  const made = await rig.decide({ userId: 'newcomer' }, { preview: true });
  const gone = made.dropped.filter(({ rule }) => rule === 'limits');
  return Object.fromEntries(gone.map(({ option, detail }) => [option, detail.split(/,| that count as/)[0]!]));
}

describe('a limit', () => {
  it('holds where the signal is worth nothing', async () => {
    const rig = await engineRig({ programmes: [limited(0)] });
    const made = await sends(rig, 400, 'p');
    rig.clock.now += 10 * MINUTE;
    const said = await some(rig, made, { every: 10, got: 'a', name: LEFT.signal });
    expect(await dropped(rig)).toEqual({ a: said });
  });

  it('does not speak against an option that keeps it because most may still happen', async () => {
    const rig = await engineRig({ programmes: [limited(-5)] });
    const made = await sends(rig, 800, 'p');
    rig.clock.now += 2 * HOUR;
    for (const got of ['a', 'b']) await some(rig, made, { every: 120, got, name: LEFT.signal });
    for (const hours of [0, 3, 6, 12, 48]) {
      rig.clock.now += hours * HOUR;
      expect(await dropped(rig)).toEqual({});
    }
  });

  it('speaks as soon as its signal does, however late others are', async () => {
    const rig = await engineRig({ programmes: [limited(-5)] });
    const first = await sends(rig, 800, 'p');
    rig.clock.now += 100 * HOUR;
    for (const got of ['a', 'b']) await some(rig, first, { every: 8, got, name: ORDER.signal });
    rig.clock.now += 100 * HOUR;
    const made = await sends(rig, 800, 'q');
    rig.clock.now += HOUR;
    const said = await some(rig, made, { every: 12, got: 'a', name: LEFT.signal });
    const [count] = said.split(' ');
    expect(await dropped(rig)).toEqual({
      a: expect.stringMatching(new RegExp(`^${count} unsubscribed`)) as string,
    });
  });

  it.each(['auto', 'weighted-thompson', 'linear-thompson'] as const)(
    'says nothing of what silence earns, whose goal counts no more of it (%s)',
    async (kind) => {
      const goal: Programme['goal'] = {
        signals: [
          { ...ORDER, silence: false },
          { ...LEFT, weight: 0 },
        ],
        limits: [{ signal: LEFT.signal, atMost: 0.3 }],
      };
      const own = programme({ goal, variants: [variant('a')], silence: true, policy: { kind } });
      const rig = await engineRig({ programmes: [own] });
      const made = await sends(rig, 60, 'p');
      rig.clock.now += HOUR;
      await some(rig, made, { every: 3, got: 'a', name: ORDER.signal });
      const { eligible } = await rig.decide({ userId: 'newcomer' }, { preview: true });
      const silence = eligible.find(({ option }) => option === 'silence')!;
      expect(silence.score).toBe(0);
      expect(silence.propensity).toBeLessThan(0.01);
    },
  );
});
