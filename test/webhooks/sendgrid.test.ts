import { createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sendgrid } from '../../webhooks/sendgrid/index.ts';

const RECEIVED_AT = Date.parse('2026-11-22T12:00:00Z');
const TIMESTAMP = '1795348800';
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A body on its whole way: only `verify` makes a request that may be parsed. */
function parse(body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = {
    method: 'POST',
    path: '/webhooks/sendgrid',
    query: {},
    headers: {
      'x-twilio-email-event-webhook-signature': createSign('sha256')
        .update(TIMESTAMP + text)
        .sign(own.privateKey, 'base64'),
      'x-twilio-email-event-webhook-timestamp': TIMESTAMP,
    },
    body: new TextEncoder().encode(text),
    scopes: [],
    receivedAt: RECEIVED_AT,
  };
  const publicKey = own.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  return sendgrid.parse(sendgrid.verify(request, { publicKey }));
}

const message = {
  email: 'example@test.com',
  timestamp: 1513299569,
  'smtp-id': '<14c5d75ce93.dfd.64b469@ismtpd-555>',
  category: 'cat facts',
  sg_message_id: '14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0',
};

/** Source: https://docs.sendgrid.com/for-developers/tracking-events/event, read 2026-11-22; ids made distinct. */
const DOCUMENTED = [
  { ...message, event: 'processed', sg_event_id: '0' },
  {
    ...message,
    event: 'deferred',
    sg_event_id: '1',
    ip: '168.1.1.1',
    response: '400 try again later',
    attempt: '5',
  },
  { ...message, event: 'delivered', sg_event_id: '2', ip: '168.1.1.1', response: '250 OK' },
  {
    ...message,
    event: 'open',
    sg_event_id: '3',
    sg_machine_open: false,
    useragent: 'Mozilla/4.0',
    ip: '255.255.255.255',
  },
  { ...message, event: 'click', sg_event_id: '4', ip: '255.255.255.255', url: 'http://www.sendgrid.com/' },
  { ...message, event: 'bounce', sg_event_id: '5', reason: '500 unknown recipient', status: '5.0.0' },
  { ...message, event: 'dropped', sg_event_id: '6', reason: 'Bounced Address', status: '5.0.0' },
  { ...message, event: 'spamreport', sg_event_id: '7' },
  { ...message, event: 'unsubscribe', sg_event_id: '8' },
  {
    ...message,
    event: 'group_unsubscribe',
    sg_event_id: '9',
    url: 'http://www.sendgrid.com/',
    asm_group_id: 10,
  },
  {
    ...message,
    event: 'group_resubscribe',
    sg_event_id: '10',
    url: 'http://www.sendgrid.com/',
    asm_group_id: 10,
  },
];

describe('the documented events', () => {
  it('become signals and subscriptions, or are ignored', () => {
    const base = { source: 'sendgrid', at: 1513299569000, person: { email: 'example@test.com' } };
    const signal = (id: string, name: string) => {
      return { ...base, id, type: 'signal', name, values: {}, message: '14c5d75ce93' };
    };
    expect(parse(DOCUMENTED)).toEqual({
      events: [
        signal('0', 'email_sent'),
        signal('2', 'email_delivered'),
        signal('3', 'email_opened'),
        signal('4', 'email_clicked'),
        signal('5', 'email_bounced'),
        signal('6', 'email_aborted'),
        signal('7', 'complained'),
        signal('8', 'unsubscribed'),
        signal('9', 'unsubscribed'),
        { ...base, id: '10', type: 'subscription', channel: 'email', state: 'subscribed' },
      ],
      indices: [0, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      rejected: [],
      ignored: 1,
    });
  });

  it('leave the channel open when a message was blocked', () => {
    const blocked = { ...message, event: 'bounce', type: 'blocked', sg_event_id: 'b', status: '5.2.2' };
    expect(parse([blocked]).events).toMatchObject([{ type: 'signal', id: 'b', name: 'email_blocked' }]);
  });
});

describe('an event', () => {
  const click = { ...message, event: 'click', sg_event_id: 'e' };

  it('carries decision and person as custom arguments', () => {
    const args = {
      pickwell_decision_id: 'dec_1',
      pickwell_user_id: 'u-17',
      url: 'https://a.example/?did=dec_2',
    };
    const [event] = parse([{ ...click, ...args }]).events;
    expect(event).toMatchObject({
      decisionId: 'dec_1',
      person: { userId: 'u-17', email: 'example@test.com' },
    });
  });

  it('falls back to the decision of the clicked link', () => {
    expect(parse([{ ...click, url: 'https://a.example/x?did=dec_1' }]).events).toMatchObject([
      { decisionId: 'dec_1' },
    ]);
    expect(parse([{ ...click, url: 'not a url' }]).events).toHaveLength(1);
  });

  it('says when a machine opened the message', () => {
    const open = { ...message, event: 'open', sg_event_id: 'o', sg_machine_open: true };
    expect(parse([open]).events).toMatchObject([{ name: 'email_opened', machine: true }]);
  });

  it('is never in the future', () => {
    expect(parse([{ ...click, timestamp: RECEIVED_AT / 1000 + 60 }]).events[0]?.at).toBe(RECEIVED_AT);
  });

  it('is rejected or ignored alone', () => {
    const items = [
      { ...click, sg_event_id: undefined },
      { ...click, email: undefined },
      { ...click, timestamp: 'soon' },
      null,
      { event: 'account_status_change', type: 'compliance_suspend', timestamp: '2020' },
      { event: 'constructor' },
      click,
    ];
    const parsed = parse(items);
    expect(parsed.rejected.map(({ index, id }) => [index, id])).toEqual([
      [0, undefined],
      [1, 'e'],
      [2, 'e'],
      [3, undefined],
    ]);
    expect(parsed).toMatchObject({ ignored: 2, indices: [6] });
  });

  it.each(['', '{', '{"event":"click"}', 'null'])('does not come in the body %j', (body) => {
    expect(() => parse(body)).toThrowError(expect.objectContaining({ kind: 'invalid' }));
  });
});
