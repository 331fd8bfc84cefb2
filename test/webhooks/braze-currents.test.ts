import { describe, expect, it } from 'vitest';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { Scope } from '../../core/contracts/keys.ts';
import { brazeCurrents } from '../../webhooks/braze-currents/index.ts';

const RECEIVED_AT = Date.parse('2026-11-22T12:00:00Z');

function delivery(body: string, scopes: Scope[] = ['ingest'], authorization?: string): InboundRequest {
  return {
    method: 'POST',
    path: '/webhooks/braze-currents',
    query: {},
    headers: { authorization, 'braze-currents-version': '1' },
    body: new TextEncoder().encode(body),
    scopes,
    receivedAt: RECEIVED_AT,
  };
}

function parseText(body: string) {
  return brazeCurrents.parse(brazeCurrents.verify(delivery(body), {}));
}

function parse(...events: unknown[]) {
  return parseText(JSON.stringify({ events }));
}

const ID = 'a1234567-89ab-cdef-0123-456789abcdef';
const user = {
  user_id: '0123456789abcdef01234567',
  external_user_id: 'user_id',
  device_id: 'fedcba87-6543-210f-edc-ba9876543210',
  timezone: 'America/Chicago',
};

/** Source: braze-inc/braze-docs, event examples of the Custom HTTP Connector, read 2026-11-22 */
const CLICK = {
  event_type: 'users.messages.email.Click',
  id: ID,
  time: 1477502783,
  user,
  properties: {
    campaign_id: '11234567-89ab-cdef-0123-456789abcdef',
    campaign_name: 'Test Campaign',
    dispatch_id: '12345qwert',
    message_variation_id: 'c1234567-89ab-cdef-0123-456789abcdef',
    email_address: 'test@test.com',
    send_id: 'f123456789abcdef01234567',
    url: 'http://example.com',
  },
};
const CUSTOM_EVENT = {
  event_type: 'users.behaviors.CustomEvent',
  id: ID,
  time: 1477502783,
  user,
  properties: {
    app_id: '01234567-89ab-cdef-0123-456789abcdef',
    platform: 'ios',
    name: 'custom event name',
    ad_tracking_enabled: true,
    custom_properties: {
      'string property name': 'a',
      'number property name': 1,
      'list property name': ['a', 'b'],
    },
  },
};
const PURCHASE = {
  ...CUSTOM_EVENT,
  event_type: 'users.behaviors.Purchase',
  properties: {
    app_id: '01234567-89ab-cdef-0123-456789abcdef',
    platform: 'ios',
    product_id: '1234',
    price: 12.34,
    currency: 'AED',
    purchase_properties: { 'string property name': 'a', 'number property name': 1 },
  },
};

/** An e-mail event of another type, with further properties. */
function email(type: string, properties: object = {}) {
  return {
    ...CLICK,
    event_type: `users.messages.email.${type}`,
    properties: { ...CLICK.properties, url: undefined, ...properties },
  };
}

const base = {
  source: 'braze-currents',
  id: ID,
  at: 1477502783000,
  person: { userId: 'user_id', brazeId: '0123456789abcdef01234567' },
};

describe('the documented events', () => {
  it('become signals', () => {
    expect(parse(CLICK, CUSTOM_EVENT, PURCHASE)).toEqual({
      events: [
        { ...base, type: 'signal', name: 'email_clicked', send: '12345qwert', values: {} },
        { ...base, type: 'signal', name: 'custom event name', values: { 'number property name': 1 } },
        { ...base, type: 'signal', name: 'Purchase', values: { revenue: 12.34 } },
      ],
      indices: [0, 1, 2],
      rejected: [],
      ignored: 0,
    });
  });

  it.each([
    ['Send', 'email_sent'],
    ['Delivery', 'email_delivered'],
    ['Open', 'email_opened'],
    ['Bounce', 'email_bounced'],
    ['MarkAsSpam', 'complained'],
    ['Unsubscribe', 'unsubscribed'],
  ])('email %s is the signal %s', (type, name) => {
    expect(parse(email(type)).events).toMatchObject([{ type: 'signal', name, send: '12345qwert' }]);
  });

  it.each([
    ['sms.Send', 'sms_sent'],
    ['sms.Delivery', 'sms_delivered'],
    ['sms.Abort', 'sms_aborted'],
    ['pushnotification.Send', 'push_sent'],
    ['pushnotification.Abort', 'push_aborted'],
    ['pushnotification.Bounce', 'push_bounced'],
    ['inappmessage.Impression', 'in_app_sent'],
    ['whatsapp.Send', 'whatsapp_sent'],
    ['whatsapp.Delivery', 'whatsapp_delivered'],
    ['contentcard.Send', 'content_card_sent'],
  ])('%s is the signal %s of the decision in its extras', (type, name) => {
    const own = email('Send', { message_extras: '{"decision_id":"dec_1"}' });
    const [event] = parse({ ...own, event_type: `users.messages.${type}` }).events;
    expect(event).toMatchObject({ type: 'signal', name, send: '12345qwert', decisionId: 'dec_1' });
  });

  it('are ignored where they mean nothing to us, whatever their shape', () => {
    const others = ['users.messages.webhook.Send', 'users.new.Thing'].map((event_type) => {
      return { event_type, time: null };
    });
    const parsed = parse(email('SoftBounce'), ...others);
    expect(parsed).toEqual({ events: [], indices: [], rejected: [], ignored: 3 });
  });
});

describe('an event', () => {
  it.each([
    ['message extras', email('Send', { message_extras: '{"decision_id":"dec_1","copy":"x"}' })],
    ['the clicked link', email('Click', { url: 'https://a.example/?did=dec_1' })],
  ])('carries the decision in %s', (_place, event) => {
    expect(parse(event).events).toMatchObject([{ decisionId: 'dec_1' }]);
  });

  it.each(['{"decision_id":"dec_', 'null', '{"decision_id":7}', '[]'])(
    'survives the message extras %s',
    (extras) => {
      const [event] = parse(email('Send', { message_extras: extras })).events;
      expect(event).toEqual({ ...base, type: 'signal', name: 'email_sent', send: '12345qwert', values: {} });
    },
  );

  it('says when a bot is suspected to have clicked', () => {
    expect(parse(email('Click', { is_suspected_bot_click: true })).events).toMatchObject([{ machine: true }]);
    expect(parse(email('Click', { is_suspected_bot_click: null })).events[0]).not.toHaveProperty(
      'machine',
      true,
    );
  });

  it('says when a machine opened the message', () => {
    expect(parse(email('Open', { machine_open: 'true' })).events).toMatchObject([{ machine: true }]);
    expect(parse(email('Open', { machine_open: null })).events[0]).not.toHaveProperty('machine', true);
  });

  it.each([
    [{ price: 2.5, quantity: 4 }, { revenue: 10 }],
    [{ price: '2.5', quantity: null }, { revenue: 2.5 }],
    [{ price: null }, {}],
    [{}, {}],
  ])('of a purchase with %j is worth %j', (properties, values) => {
    expect(parse({ ...PURCHASE, properties }).events[0]).toHaveProperty('values', values);
  });

  it('names a person by the Braze id alone, where there is no other', () => {
    const anonymous = { ...CLICK, user: { user_id: 'b', external_user_id: null } };
    expect(parse(anonymous).events[0]?.person).toEqual({ brazeId: 'b' });
  });

  it('is never in the future', () => {
    expect(parse({ ...CLICK, time: RECEIVED_AT / 1000 + 60 }).events[0]?.at).toBe(RECEIVED_AT);
  });

  it('is rejected alone', () => {
    const nameless = { ...CUSTOM_EVENT, properties: {} };
    const parsed = parse(
      { ...CLICK, user: {} },
      { ...CLICK, time: 'soon' },
      { ...CLICK, id: '' },
      nameless,
      7,
      CLICK,
    );
    expect(parsed.rejected.map(({ index, message }) => [index, message])).toEqual([
      [0, 'neither external_user_id nor user_id'],
      [1, expect.stringMatching(/^time: /)],
      [2, expect.stringMatching(/^id: /)],
      [3, 'a custom event without a name'],
      [4, 'event_type is missing'],
    ]);
    expect(parsed.indices).toEqual([5]);
  });
});

describe('a delivery', () => {
  it.each(['', '  ', '{}', '{"events":[]}', '{"events":null}', '[]', 'null'])('of %j is a probe', (body) => {
    expect(parseText(body)).toEqual({ events: [], indices: [], rejected: [], ignored: 0 });
  });

  it('that is not JSON may be split by Braze', () => {
    expect(() => parseText('{"events":[')).toThrowError(expect.objectContaining({ kind: 'invalid' }));
  });

  it.each<[string, Scope[], string | undefined]>([
    ['a key for ingest', ['ingest'], undefined],
    ['an admin key', ['admin'], undefined],
    ['the token', [], 'Bearer dG9rZW4='],
    ['the token, spelt loosely', [], 'bearer  dG9rZW4='],
  ])('is accepted with %s, probe or not', (_case, scopes, authorization) => {
    const request = delivery('', scopes, authorization);
    expect(brazeCurrents.verify(request, { token: 'dG9rZW4=' })).toBe(request);
  });

  it.each<[string, Scope[], string | undefined, string | undefined]>([
    ['nothing', [], undefined, 'dG9rZW4='],
    ['another token', [], 'Bearer other', 'dG9rZW4='],
    ['a longer token', [], 'Bearer dG9rZW4=x', 'dG9rZW4='],
    ['another scheme', [], 'Basic dG9rZW4=', 'dG9rZW4='],
    ['a key of another scope', ['decide', 'read'], undefined, undefined],
    ['a token where none is configured', [], 'Bearer undefined', undefined],
    ['an empty token', [], 'Bearer ', ''],
  ])('is refused with %s', (_case, scopes, authorization, token) => {
    expect(() => brazeCurrents.verify(delivery('', scopes, authorization), { token })).toThrowError(
      expect.objectContaining({ kind: 'auth' }),
    );
  });
});
