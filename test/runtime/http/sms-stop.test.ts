import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

/** One of each kind of channel that somebody may leave. */
const CHANNELS = ['sms', 'whatsapp', 'email', 'push'];

type Said = [path: string, body: (userId: string) => object];

let number = 0;

/** What is said one after the other has times one after the other. */
const next = (): number => Math.floor(Date.now() / 1000) - 3_600 + ++number;

const segment = (event: string, properties: object): Said => [
  '/v1/segment',
  (userId) => {
    const timestamp = new Date(next() * 1_000).toISOString();
    return { type: 'track', messageId: `m${number}`, userId, event, properties, timestamp };
  },
];

/** Source of names and properties: https://www.braze.com/docs/user_guide/data/distribution/braze_currents, event glossary, read 2026-11-29 */
const currents = (event_type: string, properties: object): Said => [
  '/webhooks/braze-currents',
  (external_user_id) => {
    const time = next();
    return { events: [{ event_type, id: `c${number}`, time, user: { external_user_id }, properties }] };
  },
];

const INBOUND = 'users.messages.sms.InboundReceive';
const GROUP = 'users.behaviors.subscriptiongroup.StateChange';
const GLOBAL = 'users.behaviors.subscription.GlobalStateChange';
const group = (channel: string, subscription_status: string) => {
  return { channel, subscription_status, subscription_group_id: 'g' };
};

/** What somebody says, and what they are not sent any more, or are sent again. */
const SAYS: [what: string, said: Said[], left: string[]][] = [
  ['STOP by SMS', [currents(INBOUND, { action: 'Unsubscribed', message_body: 'Stop' })], ['sms']],
  [
    'STOP and later START',
    [currents(INBOUND, { action: 'Unsubscribed' }), currents(INBOUND, { action: 'Subscribed' })],
    [],
  ],
  ['a question by SMS', [currents(INBOUND, { action: 'None', message_body: 'stop?' })], []],
  ['a group that is left', [currents(GROUP, group('sms', 'Unsubscribed'))], ['sms']],
  ['a group of WhatsApp', [currents(GROUP, group('WhatsApp', 'Unsubscribed'))], ['whatsapp']],
  ['one of the groups of e-mail', [currents(GROUP, group('email', 'Unsubscribed'))], []],
  [
    'a group that is joined again',
    [currents(GROUP, group('sms', 'Unsubscribed')), currents(GROUP, group('sms', 'Subscribed'))],
    [],
  ],
  ['all e-mail', [currents(GLOBAL, { channel: 'email', subscription_status: 'Unsubscribed' })], ['email']],
  ['all push', [currents(GLOBAL, { channel: 'push', subscription_status: 'Unsubscribed' })], ['push']],
  ['no channel', [currents(GLOBAL, { subscription_status: 'Unsubscribed' })], []],
  ['Braze by way of a CDP', [segment('SMS Inbound Received', { action: 'Unsubscribed' })], ['sms']],
  [
    'a group of Braze by way of a CDP',
    [segment('Subscription Group State Changed', group('sms', 'Unsubscribed'))],
    ['sms'],
  ],
  ['e-mail of Braze by way of a CDP', [segment('Email Unsubscribed', {})], ['email']],
  ['spam, as Braze spells it', [segment('Email Marked As Spam', {})], ['email']],
  ['Iterable, by webhook', [segment('emailUnSubscribe', {})], ['email']],
  ['Iterable, left and joined', [segment('Email Unsubscribed', {}), segment('Email Subscribed', {})], []],
  ['STOP to Iterable', [segment('smsReceived', { smsMessage: ' stop ' })], ['sms']],
  ['more than STOP to Iterable', [segment('smsReceived', { smsMessage: 'please stop' })], []],
  [
    'YES to Iterable',
    [segment('smsReceived', { smsMessage: 'STOP' }), segment('smsReceived', { smsMessage: 'YES' })],
    ['sms'],
  ],
  [
    'STOP to Twilio',
    [segment('Message In', { OptOutType: 'STOP', From: '+14155552671', Body: 'Arrêt' })],
    ['sms'],
  ],
  [
    'STOP to Twilio by WhatsApp',
    [segment('Message In', { OptOutType: 'STOP', From: 'whatsapp:+14155552671' })],
    ['whatsapp'],
  ],
  ['HELP to Twilio', [segment('Message In', { OptOutType: 'HELP' })], []],
  [
    'UNSTOP',
    [segment('smsReceived', { smsMessage: 'STOP' }), segment('Message In', { OptOutType: 'START' })],
    [],
  ],
];

describe('who leaves a channel', () => {
  let running: Running;

  beforeAll(async () => {
    running = await run();
    for (const channel of CHANNELS) {
      const variants = [{ id: 'a', channel, content: { body: 'x' } }];
      const own = { ...SAMPLE, id: channel, variants, holdout: undefined, guardrails: {} };
      const init = { method: 'PUT', headers: { 'if-match': '0' }, body: JSON.stringify(own) };
      expect((await running.call('admin', `/v1/programmes/${channel}`, init)).status).toBe(200);
      const path = `/v1/programmes/${channel}/variants/a/approve`;
      expect((await running.call('admin', path, { method: 'POST' })).status).toBe(200);
    }
  });
  afterAll(() => running.stop());

  it.each(SAYS)('is not sent anything on it, and on no other: %s', async (what, said, left) => {
    const user = encodeURIComponent(what);
    for (const [path, body] of said) {
      const init = { method: 'POST', body: JSON.stringify(body(what)) };
      expect(await (await running.call('ingest', path, init)).json()).toMatchObject({ rejected: [] });
    }
    const silent: string[] = [];
    for (const channel of CHANNELS) {
      const response = await running.call('decide', `/v1/decide?programme=${channel}&user=${user}`);
      const { action, guardrail } = (await response.json()) as { action: string; guardrail?: string };
      if (action === 'silence') silent.push(guardrail === 'consent' ? channel : `${channel}: ${guardrail}`);
    }
    expect(silent).toEqual(left);
  });
});
