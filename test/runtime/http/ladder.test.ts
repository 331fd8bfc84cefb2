import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { deadlinesOf } from '../../../runtime/http/ladder.ts';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { Running } from '../../support/running.ts';
import { publish, run } from '../../support/running.ts';
import { stuckStore } from '../../support/stuck-store.ts';

describe('the deadlines of the rungs', () => {
  it.each([
    ['as long as the platform waits, two thirds of it for the full engine', {}, [1_100, 1_150]],
    ['what is set', { fullMs: 20, lastModelMs: 70 }, [1_020, 1_070]],
    ['never later than the platform waits', { fullMs: 900, lastModelMs: 900 }, [1_150, 1_150]],
    ['the full engine no longer than the whole', { fullMs: 90, lastModelMs: 30 }, [1_030, 1_030]],
  ])('are %s', (_, ladder, [full, lastModel]) => {
    expect(deadlinesOf(1_000, 150, ladder)).toEqual({ full, lastModel });
  });
});

describe('a store that never answers', () => {
  const WAIT_MS = 150;
  let running: Running;

  beforeAll(async () => {
    const { store, stick } = stuckStore();
    running = await run({}, store, { ladder: { lastModelMs: WAIT_MS } });
    const own = { ...SAMPLE, fallback: 'warm' };
    await publish(running, { ...own, id: 'usual', guardrails: {} });
    await publish(running, { ...own, id: 'silent', guardrails: {}, whenAway: 'silence' });
    await publish(running, { ...own, id: 'capped' });
    await publish(running, { ...own, id: 'uncapped', whenAway: 'fallback-uncapped' });
    stick();
  });
  // it can finish nothing: its connections are cut
  afterAll(() => running.pickwell.server.closeAllConnections());

  const counted = async (series: string): Promise<number> => {
    const text = await (await fetch(`${running.base}/metrics`)).text();
    return Number(new RegExp(`^${series.replaceAll(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  };

  test('is answered for in time by the approved default or silence, as the programme says, and both are counted', async () => {
    // a cap cannot be counted now: whoever would rather send one too many than none has to say so
    for (const [id, action, rung, before] of [
      ['usual', 'send', 'default', 0],
      ['silent', 'silence', 'silence', 0],
      ['capped', 'silence', 'silence', 3],
      ['uncapped', 'send', 'default', 3],
    ] as const) {
      for (const route of ['/v1/decide', '/v1/braze/decide', '/v1/iterable/feed']) {
        const begun = performance.now();
        const response = await running.call('decide', `${route}?programme=${id}&user=u`);
        expect(await response.json()).toMatchObject({ action, rung, decision_recorded: false });
        expect(performance.now() - begun).toBeLessThan(WAIT_MS + 1_000);
      }
      const labels = `{cause="unavailable",rung="${rung}"}`;
      const decisions = `pickwell_decisions_total{rung="${rung}",reason="fallback",guardrail=""}`;
      expect(await counted(`pickwell_degraded_total${labels}`)).toBe(before + 3);
      expect(await counted(decisions)).toBe(before + 3);
    }
  });

  test('a trace tells after the same time that there is nothing to tell', async () => {
    const response = await running.call('admin', '/v1/decide?programme=usual&user=u&trace=1');
    expect(response.status).toBe(503);
  });

  test('the time runs from the arrival of a request, also while its body is on the way', async () => {
    const body = JSON.stringify({ programme: 'welcome', person: { userId: 'slow' } });
    const headers = { authorization: `Bearer ${running.key('decide')}`, 'content-length': body.length };
    const answered = new Promise<number>((resolve, reject) => {
      const sent = request(`${running.base}/v1/decide`, { method: 'POST', headers }, (response) => {
        response.resume().on('end', () => resolve(performance.now()));
      });
      sent.on('error', reject);
      sent.write(body.slice(0, 10));
      // longer than all of its time
      setTimeout(() => sent.end(body.slice(10)), 3 * WAIT_MS);
    });
    const begun = performance.now();
    const took = (await answered) - begun;
    expect(took).toBeGreaterThanOrEqual(3 * WAIT_MS - 5);
    expect(took).toBeLessThan(4 * WAIT_MS - 5);
  });
});
