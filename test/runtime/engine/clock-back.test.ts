import { expect, onTestFinished, test } from 'vitest';
import type { SignalEvent } from '../../../core/domain/event.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { opened } from '../../support/opened.ts';
import { HOUR, NOON, ORDER, programme, variant } from '../../support/programmes.ts';
import { scratchFolder } from '../../support/running.ts';

test('T1: an order that was told of before a clock was set back is credited to the decision that it then came after', async () => {
  const { folder, remove } = scratchFolder();
  onTestFinished(remove);
  const store = await opened(() => openSqliteStore(folder));
  const rig = await engineRig({ store, programmes: [programme({ variants: [variant('a')] })] });
  const order: SignalEvent = {
    ...{ type: 'signal', source: 's', id: 'o', at: NOON, person: { userId: 'u' } },
    ...{ name: ORDER.signal, values: {} },
  };
  await rig.engine.ingest([order]);
  await rig.folder.catchUp();
  rig.clock.now = NOON - HOUR;
  await rig.decide({ userId: 'u' });
  await rig.folder.catchUp();
  expect(optionTotals(rig.catalogue.model('welcome').state).a!.signals[ORDER.signal]?.count).toBe(1);
});
