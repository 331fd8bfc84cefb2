import { expect, onTestFinished, test } from 'vitest';
import { DAY, HOUR } from '../../support/programmes.ts';
import type { Running } from '../../support/running.ts';
import { publish, run } from '../../support/running.ts';
import { setClock } from '../../support/set-clock.ts';

interface Answer {
  decision_id: string;
  action: string;
  rung: string;
  guardrail?: string;
}

async function decided(running: Running, user: string, send: string): Promise<Answer> {
  const response = await running.call('decide', `/v1/decide?programme=capped&user=${user}&send=${send}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

test('T1: a clock that is set, and put right, costs nobody a cap and no decision its place, and no age is below nothing', async () => {
  const set = setClock();
  const running = await run();
  onTestFinished(() => running.stop());
  await publish(running, {
    ...{ id: 'capped', name: 'Capped', status: 'live', silence: false, sendBucketHours: 1 },
    goal: { signals: [{ signal: 'Order Completed', weight: 1, windowHours: 24 }] },
    variants: [{ id: 'a', channel: 'email', content: { subject: 'A' } }],
    policy: { kind: 'weighted-thompson' },
    guardrails: { caps: [{ per: 'person', channel: 'email', count: 1, hours: 72 }] },
  });
  const offsets = [0, HOUR, -HOUR, 0, -DAY, 0];
  const ids = new Set<string>();
  for (const [i, offMs] of offsets.entries()) {
    set(offMs);
    // whoever has not been contacted is, and nobody is twice, also by a clock that shows a time before the first
    const fresh = await decided(running, `user-${i}`, 's');
    expect(fresh).toMatchObject({ action: 'send', rung: 'full' });
    ids.add(fresh.decision_id);
    expect(await decided(running, `user-${i}`, 's')).toEqual(fresh);
    for (let before = 0; before <= i; before++) {
      const again = await decided(running, `user-${before}`, `s${i}`);
      expect(again, `user-${before} at ${i}`).toMatchObject({ action: 'silence', guardrail: 'caps' });
      ids.add(again.decision_id);
    }
    const metrics = await (await running.call('read', '/metrics')).text();
    const ages = [...metrics.matchAll(/^pickwell_(\w+_seconds)(?:\{[^}]*\})? (\S+)$/gm)];
    expect(ages.map(([, name]) => name)).toContain('model_age_seconds');
    for (const [line, , seconds] of ages) {
      expect(Number(seconds), line).toBeGreaterThanOrEqual(0);
      expect(Number(seconds), line).toBeLessThan(600);
    }
  }
  expect(ids.size).toBe(offsets.length + (offsets.length * (offsets.length + 1)) / 2);
  // three days after their contact they are free, and not sooner
  set(3 * DAY + 60_000);
  expect(await decided(running, 'user-0', 'later')).toMatchObject({ action: 'send' });
  expect(await decided(running, 'user-1', 'later')).toMatchObject({ action: 'silence' });
  set(3 * DAY + HOUR + 60_000);
  expect(await decided(running, 'user-1', 'later still')).toMatchObject({ action: 'send' });
  const verified = await running.call('read', '/v1/ledger/verify');
  expect(await verified.json()).toMatchObject({ ok: true });
});
