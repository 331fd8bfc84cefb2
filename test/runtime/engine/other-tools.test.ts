import { describe, expect, it } from 'vitest';
import type { DomainEvent, SignalEvent } from '../../../core/domain/event.ts';
import type { Cap } from '../../../core/domain/programme.ts';
import { brazeCurrents } from '../../../webhooks/braze-currents/index.ts';
import { engineRig } from '../../support/engine-rig.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, MINUTE, NOON, programme, variant } from '../../support/programmes.ts';
import { eventsOf, post } from '../../support/segment-events.ts';
import { allStores } from '../../support/stores.ts';

const CAP: Cap = { per: 'person', count: 50, hours: 168 };
const OWN = programme({
  variants: [variant('a')],
  guardrails: { caps: [CAP], releaseAfterHours: 6 },
});

/** What a platform tells of one person, at some time before or after noon. */
type Told = (userId: string, id: string) => DomainEvent[];

const at = (ms: number): number => NOON - 4 * DAY + ms;

const segment =
  (event: string, properties: object = {}, ms = 0): Told =>
  (userId, messageId) =>
    eventsOf({
      ...{ type: 'track', messageId, userId, event, properties },
      timestamp: new Date(at(ms)).toISOString(),
    }).map((own) => ({ ...own, at: at(ms) }));

const currents =
  (type: string, properties: object = {}, ms = 0): Told =>
  (userId, id) => {
    const user = { user_id: `braze of ${userId}`, external_user_id: userId };
    const event = { event_type: `users.messages.${type}`, id, time: at(ms) / 1000, user, properties };
    const request = { ...post({ events: [event] }), receivedAt: NOON };
    return brazeCurrents.parse(brazeCurrents.verify(request, {})).events;
  };

const signal =
  (name: string, changes: Partial<SignalEvent> = {}): Told =>
  (userId, id) => [
    { type: 'signal', source: 's', id, at: at(0), person: { userId }, name, values: {}, ...changes },
  ];

const D1 = { dispatch_id: 'd1' };
const IN_APP = 'inappmessage.Impression';

const CASES: [what: string, told: Told[], channels: string[]][] = [
  ['an e-mail that is only told to be delivered', [segment('Email Delivered')], ['email']],
  ['an e-mail and its delivery', [segment('Email Sent'), segment('Email Delivered', {}, MINUTE)], ['email']],
  [
    'an e-mail that is told of after its delivery',
    [segment('Email Delivered', {}, MINUTE), segment('Email Sent')],
    ['email'],
  ],
  [
    'an e-mail that took its time',
    [segment('Email Sent'), segment('Email Delivered', {}, 72 * HOUR)],
    ['email'],
  ],
  [
    'two e-mails and their deliveries',
    [
      segment('Email Sent'),
      segment('Email Sent', {}, HOUR),
      segment('Email Delivered', {}, 2 * HOUR),
      segment('Email Delivered', {}, MINUTE),
    ],
    ['email', 'email'],
  ],
  [
    'deliveries that are too far apart to be of one e-mail',
    [segment('Email Sent'), segment('Email Delivered', {}, 73 * HOUR)],
    ['email', 'email'],
  ],
  [
    'one dispatch of Braze that two exports tell of',
    [
      segment('Email Sent', D1),
      currents('email.Send', D1),
      segment('Email Delivered', D1, MINUTE),
      currents('email.Delivery', D1, MINUTE),
    ],
    ['email'],
  ],
  [
    'two dispatches',
    [currents('email.Send', D1), currents('email.Delivery', { dispatch_id: 'd2' })],
    ['email', 'email'],
  ],
  [
    'one dispatch on two channels',
    [currents('email.Send', D1), currents('pushnotification.Send', D1)],
    ['email', 'push'],
  ],
  [
    'a push message to two devices',
    [currents('pushnotification.Send', D1), currents('pushnotification.Send', D1)],
    ['push'],
  ],
  ['an SMS and its delivery', [currents('sms.Send', D1), currents('sms.Delivery', D1, MINUTE)], ['sms']],
  ['an SMS that is only told to be delivered', [currents('sms.Delivery', D1)], ['sms']],
  ['a WhatsApp message', [currents('whatsapp.Send', D1), currents('whatsapp.Delivery', D1)], ['whatsapp']],
  ['a content card', [currents('contentcard.Send', D1)], ['content-card']],
  [
    'an in-app message each time it is seen',
    [currents(IN_APP), currents(IN_APP, {}, HOUR)],
    ['in-app', 'in-app'],
  ],
  ['what a machine saw', [signal('in_app_sent', { machine: true })], []],
  ['what only became of a message', [segment('Email Opened'), segment('SMS Sent to Carrier')], []],
  ['push of Braze by way of a CDP', [segment('Push Notification Sent', D1)], ['push']],
  ['an in-app message of Braze by way of a CDP', [segment('In-App Message Viewed')], ['in-app']],
  ['WhatsApp of Braze by way of a CDP', [segment('WhatsApp Sent', D1)], ['whatsapp']],
  ['what Iterable writes to a CDP', [segment('SMS Send'), segment('Push Delivered')], ['push', 'sms']],
  [
    'what Iterable tells by webhook',
    ['emailSend', 'smsSend', 'pushSend', 'inAppSend', 'whatsAppSend'].map((name, i) =>
      segment(name, { messageId: `m${i}` }),
    ),
    ['email', 'in-app', 'push', 'sms', 'whatsapp'],
  ],
  [
    'a message of Iterable that is told of twice',
    [segment('webPushSend', { messageId: 'm' }), segment('pushSend', { messageId: 'm' })],
    ['push'],
  ],
  [
    'an e-mail of SendGrid',
    [signal('email_sent', { message: 'm' }), signal('email_delivered', { message: 'm' })],
    ['email'],
  ],
];

/** Somebody, of whom platforms tell one thing after the other, each in a transaction of its own. */
function personOf(rig: EngineRig, userId: string) {
  let told = 0;
  const hears = async (...reports: readonly Told[]): Promise<void> => {
    for (const report of reports) await rig.engine.ingest(report(userId, `${userId} ${++told}`));
  };
  /** Channels of the contacts that guardrails see, and whether each is known to have been sent. */
  const seen = async () => {
    const { read } = await rig.decide({ userId }, { send: 'look', preview: true });
    return (read?.contacts ?? []).map(({ channel, state }) => [channel, state] as const).sort();
  };
  return { hears, seen, channels: async () => (await seen()).map(([channel]) => channel) };
}

const noon = (ms: number): number => ms + 4 * DAY;

describe.each(await allStores())('a message of another tool (%s)', (_, open) => {
  it('counts once, on its channel', async () => {
    const rig = await engineRig({ store: await open(), programmes: [OWN] });
    const found = CASES.map(async ([what, reports]) => {
      const { hears, channels } = personOf(rig, what);
      await hears(...reports);
      return [what, await channels()] as const;
    });
    const expected = CASES.map(([what, , channels]) => [what, channels] as const);
    expect(Object.fromEntries(await Promise.all(found))).toEqual(Object.fromEntries(expected));
  });

  it('counts once also where no programme looked at contacts when it was told', async () => {
    const rig = await engineRig({ store: await open(), programmes: [programme()] });
    await personOf(rig, 'u').hears(segment('Email Sent'), segment('Email Delivered', {}, MINUTE));
    await rig.store.saveProgramme({ ...OWN, id: 'capped' }, 0, NOON);
    await rig.catalogue.load(rig.store);
    const { read } = await rig.decide({ userId: 'u' }, { programme: 'capped' });
    expect(read?.contacts).toHaveLength(1);
  });

  it('is held by caps of its channel', async () => {
    const capped = (channel: string, count: number) => {
      const guardrails = { caps: [{ ...CAP, channel, count }] };
      return { ...OWN, id: `${channel} ${count}`, variants: [variant('a', { channel })], guardrails };
    };
    const programmes = ['sms', 'push'].flatMap((channel) => [capped(channel, 1), capped(channel, 2)]);
    const rig = await engineRig({ store: await open(), programmes });
    await personOf(rig, 'u').hears(currents('sms.Delivery', D1), segment('Push Delivered'));
    const actions: string[] = [];
    for (const { id } of programmes.toReversed())
      actions.unshift((await rig.decide({ userId: 'u' }, { programme: id, preview: true })).action);
    expect(actions).toEqual(['silence', 'send', 'silence', 'send']);
  });
});

describe('a message of another tool beside one of ours', () => {
  it('is another one, and the one that nothing tells apart is ours', async () => {
    const rig = await engineRig({ programmes: [OWN] });
    const { hears, seen, channels } = personOf(rig, 'u');
    await rig.decide({ userId: 'u' });
    expect(await seen()).toEqual([['email', undefined]]);
    await hears(segment('Email Delivered', {}, noon(MINUTE)));
    expect(await seen()).toEqual([['email', 'sent']]);
    await hears(segment('Email Sent', {}, noon(0)), segment('Email Delivered', {}, noon(HOUR)));
    expect(await channels()).toEqual(['email', 'email']);
  });

  it('is another one where the send of ours is known', async () => {
    const rig = await engineRig({ programmes: [OWN] });
    const { hears, seen } = personOf(rig, 'u');
    await rig.decide({ userId: 'u' }, { send: 'd1' });
    await hears(segment('Email Delivered', {}, noon(MINUTE)));
    expect((await seen()).map(([, state]) => state)).toEqual(expect.arrayContaining([undefined, 'sent']));
    await hears(segment('Email Sent', D1, noon(0)), currents('email.Send', D1));
    expect((await seen()).map(([, state]) => state)).toEqual(['sent', 'sent']);
  });

  it('is another one on another channel of the same dispatch', async () => {
    const rig = await engineRig({ programmes: [OWN] });
    const { hears, seen } = personOf(rig, 'u');
    await rig.decide({ userId: 'u' }, { send: 'd1' });
    await hears(currents('pushnotification.Send', D1));
    expect(await seen()).toEqual([
      ['email', undefined],
      ['push', 'sent'],
    ]);
  });

  it('is ours where we call its channel by a name that no platform has', async () => {
    const mobile = { ...OWN, variants: [variant('a', { channel: 'mobile' })] };
    const rig = await engineRig({ programmes: [mobile] });
    const { hears, seen } = personOf(rig, 'u');
    await rig.decide({ userId: 'u' }, { send: 'd1' });
    await hears(currents('pushnotification.Send', D1));
    expect(await seen()).toEqual([['mobile', 'sent']]);
  });
});
