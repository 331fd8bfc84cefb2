import { describe, expect, it } from 'vitest';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { SignalEvent } from '../../../core/domain/event.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { HOUR, ORDER, programme, variant } from '../../support/programmes.ts';

describe('a planned message', () => {
  it('takes of the budget of the day it is planned for', async () => {
    const own = programme({
      variants: [variant('a', { cost: 1 })],
      timing: { horizonHours: 48 },
      guardrails: { budget: { perDay: 1, zone: 'UTC' } },
    });
    const rig = await engineRig({ programmes: [own] });
    const days: string[] = [];
    let refused = 0;
    for (const userId of Array.from({ length: 12 }, (_, i) => `u${i}`)) {
      const made = await rig.decide({ userId });
      if (made.action === 'send') days.push(new Date(sendTimeOf(made)).toISOString().slice(0, 10));
      else refused += Number(made.guardrail === 'budget');
    }
    expect(days.sort()).toEqual(['2026-11-23', '2026-11-24', '2026-11-25']);
    expect(refused).toBe(9);
  });

  it('is credited with what follows it, not with what came before it was sent', async () => {
    const rig = await engineRig({ programmes: [programme({ timing: { horizonHours: 24 } })] });
    let made = await rig.decide({ userId: 'u' });
    for (let i = 0; made.sendAt === undefined; i++)
      made = await rig.decide({ userId: 'u' }, { send: `again ${i}` });
    const order = (id: string, at: number): SignalEvent => ({
      ...{ type: 'signal', source: 's', id, at, person: { userId: 'u' }, name: ORDER.signal, values: {} },
    });
    rig.clock.now = made.sendAt + HOUR;
    await rig.engine.ingest([order('before', made.sendAt - 1)]);
    await rig.folder.catchUp();
    expect((await rig.store.decision(made.id))!.credits).toEqual([]);
    await rig.engine.ingest([order('after', made.sendAt)]);
    await rig.folder.catchUp();
    expect((await rig.store.decision(made.id))!.credits).toMatchObject([{ signal: ORDER.signal, worth: 1 }]);
  });
});
