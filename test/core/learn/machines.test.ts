import { expect, test } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { ScoredOption } from '../../../core/domain/decision.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { CLICK, DAY, NOON, programme, variant } from '../../support/programmes.ts';

const RATES: Record<string, number> = { a: 0.1, b: 0.02 };

/** A campaign in which people click by `RATES`, and scanners open the links of so many of the messages of b. */
async function campaign(scanned: number): Promise<{ clicks: number; eligible: ScoredOption[] }> {
  const rng = rngFromNumber(41);
  const own = programme({ variants: [variant('a'), variant('b')], goal: { signals: [CLICK] } });
  const rig = await engineRig({ programmes: [own] });
  const events: DomainEvent[] = [];
  for (let i = 0; i < 600; i++) {
    const person = { userId: `u${i}` };
    const { id: decisionId, option } = await rig.decide(person);
    const [clicks, scans] = [rng.uniform() < RATES[option]!, rng.uniform() < scanned];
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
    if (option === 'b' && scans) events.push({ ...click, id: `scan ${i}`, machine: true });
    if (clicks) events.push({ ...click, id: `click ${i}` });
  }
  await rig.engine.ingest(events);
  await rig.folder.catchUp();
  rig.clock.now = NOON + 4 * DAY;
  const totals = Object.values(optionTotals(rig.catalogue.model('welcome').state));
  const clicks = totals.reduce((sum, { signals }) => sum + (signals[CLICK.signal]?.count ?? 0), 0);
  return { clicks, eligible: (await rig.decide({ userId: 'next' })).eligible };
}

test('scanners that click in three of ten messages of the worse option change nothing', async () => {
  const [clean, scanned] = [await campaign(0), await campaign(0.3)];
  expect(scanned).toEqual(clean);
  expect(clean.clicks).toBeGreaterThan(20);
  expect(clean.eligible.find(({ option }) => option === 'a')!.propensity).toBeGreaterThan(0.95);
});
