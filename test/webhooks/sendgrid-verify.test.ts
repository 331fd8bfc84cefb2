import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { InboundRequest } from '../../core/contracts/http.ts';
import { sendgrid } from '../../webhooks/sendgrid/index.ts';

const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const settings = { publicKey: own.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };

function delivery(
  body: string,
  signature: string | undefined,
  timestamp: string | undefined,
): InboundRequest {
  return {
    method: 'POST',
    path: '/webhooks/sendgrid',
    query: {},
    headers: {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': timestamp,
    },
    body: new TextEncoder().encode(body),
    scopes: [],
    receivedAt: 1_795_000_000_000,
  };
}

function signed(body: string, key: KeyObject = own.privateKey, timestamp = '1795348800'): InboundRequest {
  const signature = createSign('sha256').update(timestamp).update(body).sign(key, 'base64');
  return delivery(body, signature, timestamp);
}

/** Source: sendgrid/sendgrid-nodejs packages/eventwebhook/src/eventwebhook.spec.js (MIT), read 2026-11-22 */
const VECTOR = {
  publicKey:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
  signature:
    'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
  timestamp: '1600112502',
  body: `${JSON.stringify([
    {
      email: 'hello@world.com',
      event: 'dropped',
      reason: 'Bounced Address',
      sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
      sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
      'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
      timestamp: 1600112492,
    },
  ])}\r\n`,
};

/** The same file before 2020-09: another key, a body that is not an array. */
const OLD_VECTOR = {
  publicKey:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA==',
  signature:
    'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=',
  timestamp: '1588788367',
  body: '{"category":"example_payload","event":"test_event","message_id":"message_id"}',
};

/** The batch of the same file: a block that is reported as a bounce. */
const BATCH_VECTOR = {
  publicKey:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQ4LIFtWztlsF7skFqOncjD1lun4H5w8XOhyOArHW9RcIx/FfEzx6cikC/yPfUvwaX/JScE7Fc9CJD2afQ9Ok3Q==',
  signature:
    'MEYCIQC/I4o6vCgqRYrTljjoVWB/GRWNtxeePlLMHr3x9ETeRQIhAIpV+03nREPTTHWSW0wIOA0EoMPdcNgXa70yCaqDJlu5',
  timestamp: '1619651159',
  body: `[${[
    {
      email: 'invalid@gmail.com',
      event: 'processed',
      send_at: 0,
      sg_event_id: 'cHJvY2Vzc2VkLTE5OTQyMTEyLXFOd0JMZ1BRUWpXNkRKdktRd1NBYnctMA',
      sg_message_id: 'qNwBLgPQQjW6DJvKQwSAbw.filterdrecv-canary-547b64655b-cw6zx-1-6089EA4A-56.0',
      'smtp-id': '<qNwBLgPQQjW6DJvKQwSAbw@ismtpd0178p1mdw1.sendgrid.net>',
      timestamp: 1619651146,
    },
    {
      email: 'invalid@gmail.com',
      event: 'bounce',
      ip: '167.89.101.76',
      reason:
        '552 5.2.2 The email account that you tried to reach is over quota and inactive. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm c17si1130468pgv.34 - gsmtp',
      sg_event_id: 'Ym91bmNlLTAtMTk5NDIxMTItcU53QkxnUFFRalc2REp2S1F3U0Fidy0w',
      sg_message_id: 'qNwBLgPQQjW6DJvKQwSAbw.filterdrecv-canary-547b64655b-cw6zx-1-6089EA4A-56.0',
      'smtp-id': '<qNwBLgPQQjW6DJvKQwSAbw@ismtpd0178p1mdw1.sendgrid.net>',
      status: '5.2.2',
      timestamp: 1619651147,
      tls: 1,
      type: 'blocked',
    },
  ]
    .map((event) => JSON.stringify(event))
    .join(',\r\n')}]\r\n`,
};

describe('S1: the signature', () => {
  it.each([
    ['of one event', VECTOR],
    ['of a batch', BATCH_VECTOR],
    ['of the older example', OLD_VECTOR],
  ])("%s in SendGrid's own tests is accepted", (_name, { publicKey, signature, timestamp, body }) => {
    const request = delivery(body, signature, timestamp);
    expect(sendgrid.verify(request, { publicKey })).toBe(request);
  });

  it('covers the bytes of the documented example', () => {
    expect(Buffer.byteLength(VECTOR.body)).toBe(327);
    expect(createHash('sha256').update(VECTOR.body).digest('hex')).toBe(
      'ef3e4606385ea6adbc55fceb6117cf2784040cf145a010e5ef4afc2bc7c70452',
    );
  });

  const { publicKey, signature, timestamp, body } = VECTOR;
  it.each([
    ['a body without its line end', delivery(body.trim(), signature, timestamp)],
    ['another time', delivery(body, signature, '1600112503')],
    ['no time', delivery(body, signature, undefined)],
    ['no signature', delivery(body, undefined, timestamp)],
    ['an empty signature', delivery(body, '', timestamp)],
    ['a signature that is not base64', delivery(body, '%%%', timestamp)],
    ['a signature cut short', delivery(body, signature.slice(0, 40), timestamp)],
    ['a changed signature', delivery(body, signature.replace('ZUAiEA', 'ZVAiEA'), timestamp)],
    ["somebody else's key", signed(body)],
  ])('refuses %s', (_case, request) => {
    expect(() => sendgrid.verify(request, { publicKey })).toThrowError(
      expect.objectContaining({ kind: 'auth' }),
    );
  });

  it('takes a key as PEM too', () => {
    const pem = own.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const request = signed('[]');
    expect(sendgrid.verify(request, { publicKey: pem })).toBe(request);
  });

  it('does not age: the retry of a day-old event is accepted', () => {
    expect(() => sendgrid.verify(signed('[]', own.privateKey, '1600000000'), settings)).not.toThrow();
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  it.each([
    ['no key', undefined],
    ['an empty key', ''],
    ['a key that is none', 'bm90IGEga2V5'],
    ['a key of another kind', rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString()],
  ])('needs the settings mended with %s', (_case, key) => {
    const request = signed('[]', rsa.privateKey);
    expect(() => sendgrid.verify(request, { publicKey: key })).toThrowError(
      expect.objectContaining({ kind: 'settings' }),
    );
  });
});
