import { expect, test } from 'vitest';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { ScoredOption } from '../../../core/domain/decision.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { SIGNAL } from '../../../core/domain/event.ts';
import type { Xoshiro } from '../../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { CLICK, DAY, NOON, programme, variant } from '../../support/programmes.ts';

const RATES: Record<string, number> = { a: 0.1, b: 0.02 };

/** Scanners that open the links of so many of the messages of some options. */
interface Scanners {
  share: number;
  of: readonly string[];
  /** Whether the platform knows them for what they are. */
  known: boolean;
  /** When they click, ms after the delivery: each time a link. By default they are a minute late and click once. */
  after?: (rng: Xoshiro) => number[];
  people?: number;
}

const MINUTE = 60_000;
/** As gateways do: most follow a link as they take the message in, some all of them at once, at any time. */
const asGatewaysDo = (rng: Xoshiro): number[] => {
  const at = rng.uniform() * 4_000;
  if (rng.uniform() < 0.6) return [at];
  const later = rng.uniform() * 30 * MINUTE;
  return [later, later + 300, later + 800, later + 1_100];
};

/** A campaign in which people click by `RATES`, and scanners beside them. */
async function campaign(
  { share, of, known, people = 600, after = () => [MINUTE] }: Scanners,
  seed = 41,
): Promise<{ clicks: number; eligible: ScoredOption[] }> {
  const [rng, scanRng] = [rngFromNumber(seed), rngFromNumber(seed + 1)];
  const own = programme({ variants: [variant('a'), variant('b')], goal: { signals: [CLICK] } });
  const rig = await engineRig({ programmes: [own] });
  const events: SignalEvent[] = [];
  for (let i = 0; i < people; i++) {
    const person = { userId: `u${i}` };
    const { id: decisionId, option } = await rig.decide(person);
    const [clicks, scans] = [rng.uniform() < RATES[option]!, rng.uniform() < share];
    const scanned = after(scanRng);
    const signal = { type: 'signal' as const, source: 's', person, decisionId, values: {} };
    if (scans && of.includes(option)) {
      for (const [n, late] of scanned.entries()) {
        const scan = { ...signal, id: `scan ${i} ${n}`, name: CLICK.signal, at: NOON + late };
        events.push({ ...scan, ...(known && { machine: true }) });
      }
    }
    if (clicks) events.push({ ...signal, id: `click ${i}`, name: CLICK.signal, at: NOON + 20 * MINUTE });
    // platforms tell of it when they please
    events.push({ ...signal, id: `delivered ${i}`, name: SIGNAL.delivered, at: NOON });
  }
  // nothing is told before it has happened; clicks first: what shows them for what they are comes later
  rig.clock.now = NOON + DAY;
  const [clicked, delivered] = [true, false].map((first) =>
    events.filter((own) => (own.name === CLICK.signal) === first),
  );
  await rig.engine.ingest(clicked!);
  await rig.folder.catchUp();
  await rig.engine.ingest(delivered!);
  await rig.folder.catchUp();
  rig.clock.now = NOON + 4 * DAY;
  const totals = Object.values(optionTotals(rig.catalogue.model('welcome').state));
  const clicks = totals.reduce((sum, { signals }) => sum + (signals[CLICK.signal]?.count ?? 0), 0);
  return { clicks, eligible: (await rig.decide({ userId: 'next' })).eligible };
}

const NONE: Scanners = { share: 0, of: [], known: true };
const shareOf = ({ eligible }: { eligible: ScoredOption[] }, wanted: string): number =>
  eligible.find(({ option }) => option === wanted)!.propensity;

test.each([['b'], ['a'], ['a', 'b']])(
  'scanners that are known and click in three of ten messages change nothing: %s %s',
  async (...of) => {
    const [clean, scanned] = [await campaign(NONE), await campaign({ share: 0.3, of, known: true })];
    expect(scanned).toEqual(clean);
    expect(clean.clicks).toBeGreaterThan(20);
    expect(shareOf(clean, 'a')).toBeGreaterThan(0.95);
  },
);

test.each([['b'], ['a'], ['a', 'b']])(
  'scanners that nobody knows and that click as gateways do, in three of ten messages, change nothing: %s %s',
  async (...of) => {
    const scanners = { share: 0.3, of, known: false, after: asGatewaysDo };
    const [clean, scanned] = [await campaign({ ...scanners, share: 0 }), await campaign(scanners)];
    expect(clean.clicks).toBeGreaterThan(20);
    expect(scanned.clicks / clean.clicks).toBeGreaterThan(0.9);
    expect(scanned.clicks / clean.clicks).toBeLessThan(1.05);
    expect(shareOf(scanned, 'a')).toBeGreaterThan(0.95);
  },
);

test('who clicks twice, or again later, is no scanner', async () => {
  const share = 0.3;
  const twice = (): number[] => [MINUTE, MINUTE + 400, 3 * MINUTE, 3 * MINUTE + 1_500];
  const { clicks } = await campaign({ share, of: ['a', 'b'], known: false, after: twice });
  expect(clicks).toBeGreaterThan(0.9 * share * 600);
});

test('scanners that nobody knows and that come late, in three of ten messages of every option, leave the winner the winner', async () => {
  const seeds = [1, 2, 3, 4];
  for (const seed of seeds) {
    const scanned = await campaign({ share: 0.3, of: ['a', 'b'], known: false, people: 6_000 }, seed);
    // three of ten messages are clicked whatever they say
    expect(scanned.clicks).toBeGreaterThan(1_800);
    expect(shareOf(scanned, 'a')).toBeGreaterThan(0.9);
  }
});
