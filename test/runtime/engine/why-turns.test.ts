import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Explanation } from '../../../core/decide/why/explain.ts';
import { explain } from '../../../core/decide/why/explain.ts';
import { remedies } from '../../../runtime/engine/remedies.ts';
import { why } from '../../../runtime/engine/why.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { programme, variant } from '../../support/programmes.ts';

it('others have their turn while it is worked out why a decision of many variants is as it is', async () => {
  const variants = Array.from({ length: 20 }, (_, i) =>
    variant(`v${i}`, { eligible: `traits.a${i} == ${i} && traits.b == "x"` }),
  );
  const own = programme({ variants, timing: { horizonHours: 48 } });
  const rig = await engineRig({ programmes: [own] });
  const decision = await rig.decide({ userId: 'u' });
  const model = (id: string) => Promise.resolve(rig.catalogue.model(id));
  let told: Explanation | undefined;
  const asked = why(decision, rig.store, { model }).then((explanation) => (told = explanation));
  let turns = 0;
  while (!told) {
    await turn();
    turns++;
  }
  await asked;
  // at least one for each variant
  expect(turns).toBeGreaterThan(20);
  expect(told).toEqual(explain(decision, rig.catalogue.live('welcome')!, remedies));
  expect(told.smallestChange?.text).toBe(
    'v0 would have been chosen if traits.a0 were 0, and if traits.b were "x"',
  );
});
