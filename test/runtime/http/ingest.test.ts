import { createSign, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const SECRET = 'a-secret-that-must-not-be-logged';

let running: Running;
beforeAll(async () => {
  running = await run({
    sendgrid: { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
    'braze-currents': { token: SECRET },
  });
});
afterAll(() => running.stop());

const json = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>;

const segment = (body: string): Promise<Response> =>
  running.call('ingest', '/v1/segment', { method: 'POST', body });
const track = (user: string, id: string, event = 'Order Completed') => ({
  type: 'track',
  messageId: id,
  userId: user,
  event,
  properties: { revenue: '39.95', order_id: id },
  timestamp: new Date().toISOString(),
});

async function decided(user: string): Promise<{ decision_id: string; variant?: string }> {
  const response = await running.call('decide', `/v1/decide?programme=welcome&user=${user}&send=s`);
  return (await response.json()) as { decision_id: string; variant?: string };
}

/** Users of whom the first is treated, whatever the holdout drew. */
async function treated(prefix: string): Promise<{ user: string; id: string }> {
  for (let i = 0; ; i++) {
    const { decision_id: id, variant } = await decided(`${prefix}${i}`);
    if (variant !== undefined) return { user: `${prefix}${i}`, id };
  }
}

async function creditsOf(id: string): Promise<unknown[]> {
  await running.folder.catchUp();
  const record = await json(await running.call('read', `/v1/decisions/${id}`));
  return record.credits as unknown[];
}

describe('Segment', () => {
  test('S2: an order is credited to the decision before it, once', async () => {
    const { user, id } = await treated('seg');
    const event = track(user, `order-${user}`);
    expect(await json(await segment(JSON.stringify(event)))).toEqual({
      accepted: 1,
      duplicates: 0,
      rejected: [],
    });
    const repeated = await json(await segment(JSON.stringify([event, event])));
    expect(repeated).toEqual({ accepted: 0, duplicates: 2, rejected: [] });
    expect(await creditsOf(id)).toMatchObject([{ signal: 'Order Completed', worth: 1 }]);
  });

  test('one bad event never fails its batch', async () => {
    const batch = { batch: [track('s1', 'm1'), { type: 'track', event: 'x' }, track('s2', 'm2')] };
    const receipt = await json(await segment(JSON.stringify(batch)));
    expect(receipt).toMatchObject({ accepted: 2, duplicates: 0, rejected: [{ index: 1 }] });
  });

  test('S7: malformed JSON: 400; 5 MB: taken; one byte more: 413', async () => {
    expect((await segment('{"type":')).status).toBe(400);
    const limit = 5 * 1024 * 1024;
    const event = JSON.stringify(track('big', 'big'));
    expect((await segment(event + ' '.repeat(limit - event.length))).status).toBe(200);
    expect((await segment(event + ' '.repeat(limit - event.length + 1))).status).toBe(413);
  });

  test('identify and alias make one person of several ids', async () => {
    const { user, id } = await treated('link');
    const anonymous = `anon-${user}`;
    await segment(JSON.stringify({ ...track(user, `a-${user}`), userId: undefined, anonymousId: anonymous }));
    expect(await creditsOf(id)).toEqual([]);
    await segment(
      JSON.stringify({ type: 'alias', messageId: `al-${user}`, userId: user, previousId: anonymous }),
    );
    expect(await creditsOf(id)).toMatchObject([{ signal: 'Order Completed' }]);
  });

  test('a delete forgets the person and what they taught', async () => {
    const report = async () => {
      await running.folder.catchUp();
      return json(await running.call('read', '/v1/programmes/welcome/report'));
    };
    const before = await report();
    const { user, id } = await treated('gone');
    await segment(JSON.stringify(track(user, `o-${user}`)));
    expect(await creditsOf(id)).toHaveLength(1);
    expect(await report()).not.toEqual(before);
    for (let i = 0; ; i++) {
      const one = `gone${i}`;
      await segment(JSON.stringify({ type: 'delete', messageId: `d-${one}`, userId: one }));
      if (one === user) break;
    }
    const { options, lift } = await report();
    expect({ options, lift }).toEqual({ options: before.options, lift: before.lift });
    expect((await running.call('read', `/v1/persons/${user}`)).status).toBe(404);
    expect((await running.call('read', `/v1/decisions/${id}`)).status).toBe(404);
    expect(await json(await running.call('read', '/v1/ledger/verify'))).toMatchObject({ ok: true });
  });

  test('consent that is taken back closes the channel before the next decision', async () => {
    const { user } = await treated('out');
    const unsubscribed = { ...track(user, `u-${user}`, 'Unsubscribed'), properties: {} };
    await segment(JSON.stringify(unsubscribed));
    const answer = await json(
      await running.call('decide', `/v1/decide?programme=welcome&user=${user}&send=next`),
    );
    expect(answer).toMatchObject({ action: 'silence', reason: 'guardrail', guardrail: 'consent' });
  });
});

describe('webhooks', () => {
  const sendgrid = (body: string, sign = true): Promise<Response> => {
    const timestamp = '1795325024';
    const signed = sign ? body : body.trimEnd();
    const signature = createSign('sha256').update(timestamp).update(signed).sign(privateKey, 'base64');
    const headers = {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': timestamp,
    };
    return fetch(`${running.base}/webhooks/sendgrid`, { method: 'POST', headers, body });
  };
  const click = (id: string, event: string, more: object = {}) => ({
    event,
    email: 'a@example.com',
    timestamp: Math.floor(Date.now() / 1000),
    sg_event_id: `${event}-${id}`,
    pickwell_decision_id: id,
    ...more,
  });

  test('SendGrid events count when the signature over the raw bytes fits, CRLF and all', async () => {
    const { user, id } = await treated('sg');
    const body = `[${JSON.stringify(click(id, 'unsubscribe', { pickwell_user_id: user }))}]\r\n`;
    expect((await sendgrid(body, false)).status).toBe(401);
    expect(await creditsOf(id)).toEqual([]);
    expect((await sendgrid(body)).status).toBe(200);
    expect(await creditsOf(id)).toMatchObject([{ signal: 'unsubscribed' }]);
  });

  test('Currents: the probe is answered, a wrong token is refused, a batch never gets 400 for one event', async () => {
    const post = (body: string, token = SECRET) =>
      fetch(`${running.base}/webhooks/braze-currents`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body,
      });
    expect((await post('')).status).toBe(200);
    expect((await post('{"events":[]}')).status).toBe(200);
    expect((await post('', 'wrong')).status).toBe(401);
    const events = [
      { event_type: 'users.something.New', id: '1' },
      7,
      { event_type: 'users.messages.email.Click' },
    ];
    expect((await post(JSON.stringify({ events }))).status).toBe(200);
  });

  test('S17: nothing that is declared a secret is logged', () => {
    const logged = running.log.join('');
    expect(logged).not.toContain(SECRET);
    for (const scope of ['decide', 'ingest', 'read', 'admin'] as const)
      expect(logged).not.toContain(running.key(scope));
  });
});
