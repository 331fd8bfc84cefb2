import { describe, expect, it } from 'vitest';
import type { DomainEvent, SignalEvent } from '../../../core/domain/event.ts';
import type { Guardrails, Programme } from '../../../core/domain/programme.ts';
import { engineRig } from '../../support/engine-rig.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, MINUTE, NOON, programme, variant } from '../../support/programmes.ts';
import { allStores } from '../../support/stores.ts';

const under = (guardrails: Guardrails, more: Partial<Programme> = {}): Programme =>
  programme({ variants: [variant('a')], guardrails, ...more });

const A_DAY = under({ caps: [{ per: 'person', count: 1, hours: 24 }] });

const told = (name: string, at: number, changes: Partial<SignalEvent> = {}): SignalEvent => {
  const id = `${name} ${at} ${changes.send ?? ''}`;
  return { type: 'signal', source: 's', id, at, person: { userId: 'u' }, name, values: {}, ...changes };
};

const asks =
  (rig: EngineRig) =>
  async (send: string, at: number): Promise<string> => {
    rig.clock.now = at;
    return (await rig.decide({ userId: 'u' }, { send })).action;
  };

const SEND = { send: '1' };
const LATE = NOON + 14 * HOUR;

/** What is told of one send, and from when it counts then. */
const TOLD: [what: string, events: SignalEvent[], from: number][] = [
  ['late', [told('email_sent', LATE, SEND)], LATE],
  ['by a clock that is behind', [told('email_sent', NOON - 1, SEND)], NOON],
  ['and delivered', [told('email_sent', LATE, SEND), told('email_delivered', LATE + HOUR, SEND)], LATE],
  ['by its delivery alone', [told('email_delivered', LATE, SEND)], LATE],
  [
    'by deliveries to two devices',
    [told('push_delivered', LATE, SEND), told('push_delivered', LATE + HOUR, SEND)],
    LATE,
  ],
  [
    'twice, because it went out twice',
    [told('email_sent', LATE, SEND), told('email_sent', LATE + HOUR, SEND)],
    LATE + HOUR,
  ],
  ['by an opening, which may be long after', [told('email_opened', LATE, SEND)], NOON],
  ['and to be given up', [told('email_sent', LATE, SEND), told('email_aborted', LATE + 1, SEND)], LATE],
];

describe.each(await allStores())('a message that is told to be sent (%s)', (_, open) => {
  it.each(TOLD)('%s counts from one time, whatever is told first', async (_told, events, from) => {
    const channel = events[0]!.name.split('_')[0]!;
    const own = { ...A_DAY, variants: [variant('a', { channel })] };
    for (const all of [events, events.toReversed()]) {
      const rig = await engineRig({ store: await open(), programmes: [own] });
      const ask = asks(rig);
      expect(await ask('1', NOON)).toBe('send');
      for (const event of all) await rig.engine.ingest([event, event]);
      expect(await ask('2', from + DAY - 1)).toBe('silence');
      expect(await ask('3', from + DAY)).toBe('send');
    }
  });

  it('is found though it was decided before the window, up to a week later', async () => {
    const hour = under({ caps: [{ per: 'person', count: 1, hours: 1 }] });
    for (const late of [6 * DAY, 7 * DAY - MINUTE]) {
      const rig = await engineRig({ store: await open(), programmes: [hour] });
      const { id: decisionId } = await rig.decide({ userId: 'u' }, SEND);
      await rig.engine.ingest([told('email_sent', NOON + late, { decisionId })]);
      expect(await asks(rig)('2', NOON + late + HOUR - 1)).toBe('silence');
      expect(await asks(rig)('3', NOON + late + HOUR)).toBe('send');
    }
  });

  it('holds its place until it is released, however short the window, and then says so', async () => {
    const hour = under({ caps: [{ per: 'person', count: 1, hours: 1 }], releaseAfterHours: 6 });
    const rig = await engineRig({ store: await open(), programmes: [hour] });
    const ask = asks(rig);
    expect(await ask('1', NOON)).toBe('send');
    rig.clock.now = NOON + 2 * HOUR;
    const { action, dropped } = await rig.decide({ userId: 'u' }, { send: '2' });
    expect([action, dropped[0]?.until]).toEqual(['silence', NOON + 6 * HOUR]);
    expect(await ask('3', NOON + 6 * HOUR - 1)).toBe('silence');
    expect(await ask('4', NOON + 6 * HOUR)).toBe('send');
    // once it is told to be sent, the window says when the next may be
    await rig.engine.ingest([told('email_sent', NOON + 6 * HOUR, { send: '4' })]);
    expect(await ask('5', NOON + 7 * HOUR)).toBe('send');
  });

  it('late holds its place under a cap of all persons for the whole window', async () => {
    const all = under({ caps: [{ per: 'programme', count: 1, hours: 1 }], releaseAfterHours: 6 });
    const rig = await engineRig({ store: await open(), programmes: [all] });
    const ask = async (at: number): Promise<string> => {
      rig.clock.now = at;
      return (await rig.decide({ userId: `v${at}` }, { send: `${at}` })).action;
    };
    rig.clock.now = NOON;
    expect((await rig.decide({ userId: 'u' }, SEND)).action).toBe('send');
    expect(await ask(NOON + 5 * HOUR)).toBe('silence');
    await rig.engine.ingest([told('email_sent', NOON + 5 * HOUR, SEND)]);
    expect(await ask(NOON + 6 * HOUR - 1)).toBe('silence');
    expect(await ask(NOON + 6 * HOUR)).toBe('send');
  });

  it('late was ignored since then, and was the last contact then', async () => {
    const rest = under({ suppressAfterIgnored: { count: 1, hours: 48 } });
    const since = under({ eligible: 'now - history.lastContact() >= duration("24h")' });
    for (const [own, hours] of [
      [rest, 48],
      [since, 24],
    ] as const) {
      const rig = await engineRig({ store: await open(), programmes: [A_DAY, { ...own, id: 'own' }] });
      rig.clock.now = NOON;
      await rig.decide({ userId: 'u' }, SEND);
      await rig.engine.ingest([told('email_opened', NOON + 1), told('email_sent', LATE, SEND)]);
      const ask = async (at: number): Promise<string> => {
        rig.clock.now = at;
        return (await rig.decide({ userId: 'u' }, { programme: 'own', send: `${at}` })).action;
      };
      expect(await ask(LATE + hours * HOUR - 1)).toBe('silence');
      expect(await ask(LATE + hours * HOUR)).toBe('send');
    }
  });

  it('late counts for whoever the person turns out to be, and for nobody once they are erased', async () => {
    const rig = await engineRig({ store: await open(), programmes: [A_DAY] });
    const ask = asks(rig);
    await rig.decide({ anonymousId: 'x' }, SEND);
    await rig.engine.ingest([
      told('email_sent', LATE, { ...SEND, person: { anonymousId: 'x' } }),
      { type: 'alias', source: 's', id: 'm', at: 0, person: { userId: 'u' }, previous: { anonymousId: 'x' } },
    ]);
    expect(await ask('2', LATE + DAY - 1)).toBe('silence');
    const gone: DomainEvent = { type: 'delete', source: 's', id: 'd', at: LATE, person: { userId: 'u' } };
    await rig.engine.ingest([gone]);
    const back = { type: 'subscription', channel: 'email', state: 'subscribed' } as const;
    await rig.engine.ingest([{ ...back, source: 's', id: 'b', at: LATE + DAY - 1, person: { userId: 'u' } }]);
    expect(await ask('3', LATE + DAY - 1)).toBe('send');
  });
});
