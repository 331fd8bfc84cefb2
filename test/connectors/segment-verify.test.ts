import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { segment } from '../../connectors/segment/index.ts';
import { firstElement } from '../../connectors/segment/verify.ts';
import { post } from '../support/segment-events.ts';

const [route] = segment.routes;

describe('S1: X-Signature', () => {
  const settings = segment.settings.parse({ sharedSecret: 'correct horse' });

  function sign(text: string, secret = 'correct horse'): string {
    return createHmac('sha1', secret).update(text).digest('hex');
  }

  function verified(body: string, signature: string | undefined): void {
    route.verify(post(body, signature === undefined ? {} : { 'x-signature': signature }), settings);
  }

  const first = '{"event":"Größe 🎉 \\"],[{\\\\","10":1,"2":1,"v":1.0,"n":[[1],{"a":"]"}]}';
  const batch = `[ ${first} ,{"event":"B"}]`;

  // RFC 2202, test case 2: ties the algorithm to something that was not computed here.
  it('is HMAC-SHA1 in hex', () => {
    const { verify } = route;
    const request = post('what do ya want for nothing?', {
      'x-signature': 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    });
    expect(() => verify(request, { sharedSecret: 'Jefe' })).not.toThrow();
  });

  it.each([
    ['one event', first, sign(first)],
    ['a whole batch', batch, sign(batch)],
    ['the first element as received', batch, sign(first)],
    ['the first element serialised again', batch, sign(JSON.stringify(JSON.parse(first)))],
    ['upper case', batch, sign(batch).toUpperCase()],
  ])('covers %s', (_case, body, signature) => {
    expect(() => verified(body, signature)).not.toThrow();
  });

  it.each([
    ['a missing header', batch, undefined],
    ['an empty header', batch, ''],
    ['another secret', batch, sign(batch, 'wrong')],
    ['a shorter one', batch, sign(batch).slice(1)],
    ['a longer one', batch, `${sign(batch)}0`],
    ['the second element', batch, sign('{"event":"B"}')],
    ['an element inside a single event', `{"a":[${first}]}`, sign(first)],
    ['a broken array', '[{"a":', sign('{"a":')],
    ['an empty array', '[]', sign('')],
  ])('refuses %s', (_case, body, signature) => {
    expect(() => verified(body, signature)).toThrowError(expect.objectContaining({ kind: 'auth' }));
  });

  it('is not asked for without a shared secret', () => {
    expect(() => route.verify(post(batch), segment.settings.parse({}))).not.toThrow();
    expect(() => segment.settings.parse({ sharedSecret: '' })).toThrow();
  });
});

describe('the first element', () => {
  function slice(text: string): string | undefined {
    const bytes = firstElement(new TextEncoder().encode(text));
    return bytes && new TextDecoder().decode(bytes);
  }

  it.each([
    ['[1,2]', '1'],
    [' [ {"a":1} , 2 ] ', '{"a":1}'],
    ['["a,\\"]\\\\",2]', '"a,\\"]\\\\"'],
    ['[[1,[2]],3]', '[1,[2]]'],
    ['[{"é,]":"🎉"}]', '{"é,]":"🎉"}'],
    ['[]', undefined],
    ['[ ]', undefined],
    ['{"a":1}', undefined],
    ['["open', undefined],
    ['[{"a":1}', undefined],
    ['', undefined],
  ])('of %s is %s', (text, expected) => {
    expect(slice(text)).toBe(expected);
  });
});
