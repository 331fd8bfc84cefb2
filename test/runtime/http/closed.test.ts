import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { publish, run } from '../../support/running.ts';
import { stuckStore } from '../../support/stuck-store.ts';

describe('while the store does not answer, over HTTP', () => {
  let running: Running;

  beforeAll(async () => {
    const { store, stick } = stuckStore();
    running = await run({}, store, { ladder: { lastModelMs: 100 } });
    await publish(running, { ...SAMPLE, id: 'usual', fallback: 'warm', guardrails: {} });
    const left = { channel: 'email', state: 'unsubscribed', type: 'subscription' };
    const events = [
      { ...left, id: '1', person: { userId: 'left' } },
      { ...left, id: '2', person: { email: 'Left@Example.com' } },
      { id: '3', type: 'delete', person: { externalId: 'erased' } },
    ];
    const told = await running.call('ingest', '/v1/events', {
      method: 'POST',
      body: JSON.stringify({ events }),
    });
    expect(told.status).toBe(200);
    stick();
  });
  // it can finish nothing: its connections are cut
  afterAll(() => running.pickwell.server.closeAllConnections());

  it.each(['/v1/decide', '/v1/braze/decide', '/v1/iterable/feed'])(
    '%s sends the approved default to everybody but who left or was erased, under the ids it names',
    async (route) => {
      const asked = async (query: string): Promise<unknown> =>
        (await running.call('decide', `${route}?programme=usual&${query}`)).json();
      expect(await asked('user=stays')).toMatchObject({ action: 'send', rung: 'default' });
      const silence = { action: 'silence', reason: 'guardrail', rung: 'silence', decision_recorded: false };
      expect(await asked('user=left')).toMatchObject(silence);
      // what the others may be asked by is their own business
      if (route !== '/v1/decide') return;
      expect(await asked('user=other&external=erased')).toMatchObject(silence);
      expect(await asked('user=other&email=left%40example.com')).toMatchObject(silence);
    },
  );

  it('names consent and counts it', async () => {
    const before = await running.call('decide', '/v1/decide?programme=usual&user=left');
    expect(await before.json()).toMatchObject({ guardrail: 'consent' });
    const text = await (await fetch(`${running.base}/metrics`)).text();
    expect(text).toMatch(/^pickwell_closed_list_silences_total\{standing="closed"\} [1-9]/m);
    expect(text).toMatch(/^pickwell_closed_list_ids 3$/m);
    expect(text).toMatch(/^pickwell_closed_list_age_seconds 0$/m);
  });
});
