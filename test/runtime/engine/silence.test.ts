import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { liftOf } from '../../../core/measure/lift.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { believed } from '../../support/earned.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { HOUR, ORDER, programme, variant } from '../../support/programmes.ts';

const PEOPLE = 60;

/** Everybody is decided for on two days and orders on the third, whatever they got: half of it silence. */
async function campaign(
  counts: boolean | undefined,
): Promise<{ rig: EngineRig; own: Programme; sent: number[] }> {
  const own = programme({
    goal: { signals: [{ ...ORDER, silence: counts }] },
    variants: [variant('a')],
    silence: true,
    policy: { kind: 'fixed-split' },
    holdout: { kind: 'no-contact', share: 0.3 },
  });
  const rig = await engineRig({ programmes: [own] });
  const sent: number[] = Array<number>(PEOPLE).fill(0);
  for (const send of ['monday', 'tuesday']) {
    for (let i = 0; i < PEOPLE; i++) {
      const { action }: Decision = await rig.decide({ userId: `u${i}` }, { send });
      sent[i]! += Number(action === 'send');
    }
    rig.clock.now += 24 * HOUR;
  }
  const at = rig.clock.now;
  const orders = Array.from({ length: PEOPLE }, (_, i) => {
    const person = { userId: `u${i}` };
    return { type: 'signal' as const, source: 's', id: `o${i}`, at, person, name: ORDER.signal, values: {} };
  });
  await rig.engine.ingest(orders);
  await rig.folder.catchUp();
  return { rig, own, sent };
}

const worthIn = (state: ModelState): number => optionTotals(state).a!.signals[ORDER.signal]!.worth;

describe('a signal that does not count for silence', () => {
  it('is credited to the message before it, and takes nothing from the arms that are compared', async () => {
    const [all, some] = [await campaign(undefined), await campaign(false)];
    const [before, after] = [all, some].map(({ rig }) => rig.catalogue.model('welcome').state);
    expect(liftOf(after!)).toEqual(liftOf(before!));
    // everybody ordered once: whoever got a message at all is to be found with it
    const credited = some.sent.filter((messages) => messages > 0).length;
    expect(worthIn(after!)).toBe(credited);
    expect(credited).toBeGreaterThan(worthIn(before!));
    const silence = [all, some].map(({ own }, i) => believed(own, [before!, after!][i]!, 'silence').mean);
    expect(silence[0]).toBeGreaterThan(0.2);
    expect(silence[1]).toBe(0);
  });
});
