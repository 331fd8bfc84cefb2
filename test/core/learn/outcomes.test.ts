import { describe, expect, it } from 'vitest';
import type { SignalEvent } from '../../../core/domain/event.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const order = (id: string, at: number): SignalEvent => {
  return { type: 'signal', source: 's', id, at, person: { userId: 'u' }, name: ORDER.signal, values: {} };
};

describe('what destinations are told', () => {
  it('is every decision once, and every change of what it earned', async () => {
    const rig = await engineRig({
      programmes: [programme({ variants: [variant('a')] })],
      route: () => ['segment'],
    });
    const first = await rig.decide({ userId: 'u' }, { send: '1' });
    await rig.decide({ userId: 'u' }, { send: '1' });
    rig.clock.now = NOON + 2 * DAY;
    const late = await rig.decide({ anonymousId: 'a' }, { send: '2' });
    const told = async (): Promise<unknown[]> => {
      await rig.folder.catchUp();
      const items = await rig.store.claim('segment', rig.clock.now, Number.MAX_SAFE_INTEGER, 100);
      return items.map(({ outcome: { kind, properties } }) =>
        kind === 'reward'
          ? [properties.decision_id, properties.worth, properties.reward]
          : properties.decision_id,
      );
    };
    expect(await told()).toEqual([first.id, late.id]);
    await rig.engine.ingest([order('o1', NOON + 3 * DAY)]);
    expect(await told()).toEqual([[first.id, 1, 1]]);
    expect(await told()).toEqual([]);
    // the later decision turns out to be the same person's: the order was its doing
    const alias = { type: 'alias' as const, source: 's', id: 'a', at: NOON, person: { userId: 'u' } };
    await rig.engine.ingest([{ ...alias, previous: { anonymousId: 'a' } }]);
    expect(await told()).toEqual([
      [late.id, 1, 1],
      [first.id, 0, -1],
    ]);
    // and an order nobody had reported yet was the first one's after all
    await rig.engine.ingest([order('o2', NOON + HOUR)]);
    expect(await told()).toEqual([[first.id, 1, 1]]);
  });
});
