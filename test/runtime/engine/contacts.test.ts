import { describe, expect, it } from 'vitest';
import type { SignalEvent } from '../../../core/domain/event.ts';
import { engineRig } from '../../support/engine-rig.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';
import { allStores } from '../../support/stores.ts';

const ONCE = programme({
  variants: [variant('a')],
  guardrails: { caps: [{ per: 'person', count: 1, hours: 24 }], releaseAfterHours: 6 },
});

const told = (name: string, id: string, changes: Partial<SignalEvent> = {}): SignalEvent => {
  return { type: 'signal', source: 's', id, at: NOON, person: { userId: 'u' }, name, values: {}, ...changes };
};

const asks =
  (rig: EngineRig) =>
  async (send: string): Promise<string> =>
    (await rig.decide({ userId: 'u' }, { send })).action;

describe.each(await allStores())('a contact (%s)', (_, open) => {
  it('counts until its release, and as long as the cap looks back once it was sent', async () => {
    const rig = await engineRig({ store: await open(), programmes: [ONCE] });
    const ask = asks(rig);
    expect(await ask('1')).toBe('send');
    rig.clock.now = NOON + 6 * HOUR - 1;
    expect(await ask('2')).toBe('silence');
    rig.clock.now = NOON + 6 * HOUR;
    expect(await ask('3')).toBe('send');
    await rig.engine.ingest([told('email_sent', 'e', { send: '3', at: rig.clock.now })]);
    rig.clock.now = NOON + 30 * HOUR - 1;
    expect(await ask('4')).toBe('silence');
    rig.clock.now = NOON + 30 * HOUR;
    expect(await ask('5')).toBe('send');
  });

  it('is given back when the platform gave up, unless it was sent after all', async () => {
    const rig = await engineRig({ store: await open(), programmes: [ONCE] });
    const ask = asks(rig);
    const { id: decisionId } = await rig.decide({ userId: 'u' }, { send: '1' });
    await rig.engine.ingest([told('email_aborted', '1', { decisionId })]);
    expect(await ask('2')).toBe('send');
    await rig.engine.ingest([
      told('email_aborted', '2', { send: '2' }),
      told('email_sent', '3', { send: '2' }),
    ]);
    expect(await ask('3')).toBe('silence');
  });

  it('of another tool counts from the time it happened, and one reported twice counts once', async () => {
    const twice = { ...ONCE, guardrails: { caps: [{ per: 'person', count: 2, hours: 24 } as const] } };
    const rig = await engineRig({ store: await open(), programmes: [twice] });
    const ask = asks(rig);
    const at = NOON - 10 * HOUR;
    await rig.engine.ingest([
      told('Email Sent', '1', { at, send: 'x' }),
      told('email_sent', '2', { at, send: 'x' }),
    ]);
    expect(await ask('1')).toBe('send');
    expect(await ask('2')).toBe('silence');
    rig.clock.now = at + DAY;
    expect(await ask('3')).toBe('send');
  });

  it('that was told of before it was decided is one, however often it is told of', async () => {
    const twice = { ...ONCE, guardrails: { caps: [{ per: 'person', count: 2, hours: 24 } as const] } };
    const rig = await engineRig({ store: await open(), programmes: [twice] });
    const ask = asks(rig);
    await rig.engine.ingest([told('email_sent', '1', { send: '1' })]);
    expect(await ask('1')).toBe('send');
    await rig.engine.ingest([told('email_delivered', '2', { send: '1' })]);
    expect(await ask('2')).toBe('send');
    expect(await ask('3')).toBe('silence');
  });
});
