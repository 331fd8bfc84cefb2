import { expect, test } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { ScoredOption } from '../../../core/domain/decision.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { CLICK, DAY, NOON, programme, variant } from '../../support/programmes.ts';

const RATES: Record<string, number> = { a: 0.1, b: 0.02 };

/** Scanners that open the links of so many of the messages of some options, and whether the platform knows them for what they are. */
interface Scanners {
  share: number;
  of: readonly string[];
  known: boolean;
  people?: number;
}

/** A campaign in which people click by `RATES`, and scanners beside them. */
async function campaign(
  { share, of, known, people = 600 }: Scanners,
  seed = 41,
): Promise<{ clicks: number; eligible: ScoredOption[] }> {
  const rng = rngFromNumber(seed);
  const own = programme({ variants: [variant('a'), variant('b')], goal: { signals: [CLICK] } });
  const rig = await engineRig({ programmes: [own] });
  const events: DomainEvent[] = [];
  for (let i = 0; i < people; i++) {
    const person = { userId: `u${i}` };
    const { id: decisionId, option } = await rig.decide(person);
    const [clicks, scans] = [rng.uniform() < RATES[option]!, rng.uniform() < share];
    const at = NOON + 60_000;
    const click = {
      type: 'signal' as const,
      source: 's',
      at,
      person,
      decisionId,
      name: CLICK.signal,
      values: {},
    };
    if (of.includes(option) && scans)
      events.push({ ...click, id: `scan ${i}`, ...(known && { machine: true }) });
    if (clicks) events.push({ ...click, id: `click ${i}` });
  }
  await rig.engine.ingest(events);
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

test('scanners that nobody knows, in three of ten messages of every option, leave the winner the winner', async () => {
  const seeds = [1, 2, 3, 4];
  for (const seed of seeds) {
    const scanned = await campaign({ share: 0.3, of: ['a', 'b'], known: false, people: 6_000 }, seed);
    // three of ten messages are clicked whatever they say
    expect(scanned.clicks).toBeGreaterThan(1_800);
    expect(shareOf(scanned, 'a')).toBeGreaterThan(0.9);
  }
});
