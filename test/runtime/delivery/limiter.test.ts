import { readdir, readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Limits } from '../../../core/contracts/destination.ts';
import { Fault } from '../../../core/contracts/faults.ts';
import { axiosTransport } from '../../../runtime/delivery/axios-transport.ts';
import { AccountLimiter } from '../../../runtime/delivery/limiter.ts';
import { minTimeMs, paceOf } from '../../../runtime/delivery/pace.ts';
import { wallClock } from '../../support/delivery.ts';
import { busiest, platformServer } from '../../support/platform-server.ts';
import type { PlatformServer } from '../../support/platform-server.ts';

const sourced = (value: number) => ({ value, source: 'test', date: '2026-11-22' });

function limits(requests: number, windowMs: number, maxConcurrent: number): Limits {
  const sizes = { itemsPerRequest: sourced(1), bytesPerItem: sourced(1), bytesPerRequest: sourced(1) };
  return { requests: sourced(requests), windowMs: sourced(windowMs), maxConcurrent, ...sizes };
}

const open: { close(): Promise<void> }[] = [];

function limiter(clock = wallClock, expirationMs = 5000): AccountLimiter {
  const made = new AccountLimiter({ clock, log: () => undefined, expirationMs });
  open.push(made);
  return made;
}

async function server(behave: Parameters<typeof platformServer>[0]): Promise<PlatformServer> {
  const made = await platformServer(behave);
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const { close } of open.map((each) => ({ close: () => each.close() }))) await close();
  open.length = 0;
});

describe('the limit', () => {
  it('leaves a tenth of the allowance free', () => {
    expect(minTimeMs(paceOf(limits(50, 1000, 4)))).toBe(23);
    expect(minTimeMs(paceOf(limits(3000, 3000, 8)))).toBe(2);
    expect(minTimeMs(paceOf(limits(250, 3000, 8)))).toBe(14);
  });

  it('is kept in every sliding window, with slow answers, failures and a stalled process', async () => {
    const platform = await server((_, index) => ({
      status: index % 7 === 0 ? 500 : 200,
      after: (index * 37) % 60,
    }));
    const send = axiosTransport(2000);
    const lane = limiter();
    const request = { method: 'POST', url: platform.url, headers: {}, body: 'x' } as const;
    const jobs = Array.from({ length: 170 }, () =>
      lane.schedule('a', limits(50, 1000, 4), () => send(request)),
    );
    for (const at of [700, 1900]) setTimeout(() => stall(250), at);
    await Promise.all(jobs);
    const times = platform.arrivals.map(({ at }) => at);
    const rate = (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
    console.info(
      `limit 50 per 1000 ms: at most ${busiest(times, 1000)} arrivals, ${rate.toFixed(1)} per s on average`,
    );
    expect(times).toHaveLength(170);
    expect(busiest(times, 1000)).toBeLessThanOrEqual(50);
    expect(rate).toBeGreaterThan(25);
  });

  it('W7: counts each attempt of a job that fails: nothing is repeated inside', async () => {
    const starts: number[] = [];
    const lane = limiter();
    const failing = () =>
      lane.schedule('a', limits(10, 500, 1), () => {
        starts.push(performance.now());
        return Promise.reject(new Error('boom'));
      });
    for (let attempt = 0; attempt < 12; attempt++) await expect(failing()).rejects.toThrow('boom');
    expect(starts).toHaveLength(12);
    expect(busiest(starts, 500)).toBeLessThanOrEqual(10);
    const folder = new URL('../../../runtime/delivery/', import.meta.url);
    const files = (await readdir(folder)).filter((name) => /limiter|lanes|cluster|redis/.test(name));
    const source = (await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')))).join(
      '\n',
    );
    expect(files.length).toBeGreaterThan(4);
    expect(source).not.toMatch(/'failed'|reservoir[A-Z:]|updateSettings|\.Group|highWater/);
  });

  it('never runs more jobs at once than allowed', async () => {
    let running = 0;
    let most = 0;
    const lane = limiter();
    const job = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 60));
      running -= 1;
    };
    await Promise.all(Array.from({ length: 12 }, () => lane.schedule('a', limits(1000, 1000, 3), job)));
    expect(most).toBe(3);
  });

  it('W6: is one per account: a dead account does not delay another', async () => {
    const lane = limiter();
    const stuck = Array.from({ length: 6 }, () =>
      lane.schedule('dead', limits(1000, 1000, 1), () => new Promise((resolve) => setTimeout(resolve, 150))),
    );
    const before = performance.now();
    await lane.schedule('alive', limits(1000, 1000, 1), () => Promise.resolve());
    expect(performance.now() - before).toBeLessThan(120);
    expect(lane.queued('dead')).toBeGreaterThan(3);
    expect(lane.queued('alive')).toBe(0);
    await Promise.all(stuck);
    expect(lane.queued('dead')).toBe(0);
  });
});

describe('the gate', () => {
  it('refuses jobs of the paused account alone, those already queued included', async () => {
    const lane = limiter();
    const ran: string[] = [];
    const job = (name: string) => () => Promise.resolve(ran.push(name));
    const first = lane.schedule('a', limits(10, 1000, 1), async () => {
      ran.push('a1');
      lane.pause('a', 400);
      await Promise.resolve();
    });
    const second = lane.schedule('a', limits(10, 1000, 1), job('a2')).catch((error: unknown) => error);
    await Promise.all([first, lane.schedule('b', limits(10, 1000, 1), job('b1'))]);
    const fault = await second;
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ kind: 'rate-limited' });
    expect((fault as Fault).retryAfterMs).toBeGreaterThan(100);
    expect((fault as Fault).retryAfterMs).toBeLessThanOrEqual(400);
    expect(ran.sort()).toEqual(['a1', 'b1']);
  });

  it('keeps the longer of two pauses and opens by itself', () => {
    let [now, elapsed] = [1000, 7];
    const lane = limiter({ now: () => now, elapsed: () => elapsed });
    lane.pause('a', 5000);
    lane.pause('a', 3000);
    expect(lane.pausedMs('a')).toBe(5000);
    expect(lane.pausedMs('b')).toBe(0);
    // whatever a clock that is set shows
    for (const shown of [3_600_000, -3_600_000]) {
      now = shown;
      expect(lane.pausedMs('a')).toBe(5000);
    }
    elapsed += 5000;
    expect(lane.pausedMs('a')).toBe(0);
  });
});

describe('a slot', () => {
  it('is freed when a job outlives it, with a fault that is retried', async () => {
    const lane = limiter(wallClock, 100);
    const hanging = lane.schedule('a', limits(1000, 1000, 1), () => new Promise(() => undefined));
    await expect(hanging).rejects.toMatchObject({ name: 'Fault', kind: 'unavailable' });
    await expect(lane.schedule('a', limits(1000, 1000, 1), () => Promise.resolve(7))).resolves.toBe(7);
  });

  it('is refused after close, and what waited is rejected', async () => {
    const lane = limiter();
    let finish = () => undefined as void;
    const running = lane.schedule(
      'a',
      limits(10, 1000, 1),
      () => new Promise<void>((resolve) => (finish = resolve)),
    );
    const waiting = lane
      .schedule('a', limits(10, 1000, 1), () => Promise.resolve())
      .catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await lane.close();
    expect(await waiting).toMatchObject({ name: 'Fault', kind: 'rate-limited', retryAfterMs: 0 });
    finish();
    await running;
    await expect(lane.schedule('a', limits(10, 1000, 1), () => Promise.resolve())).rejects.toBeInstanceOf(
      Fault,
    );
  });

  it('belongs to limits as they are: other limits for the account take effect at once', async () => {
    const lane = limiter();
    await lane.schedule('a', limits(1, 60_000, 1), () => Promise.resolve());
    await expect(lane.schedule('a', limits(10, 1000, 1), () => Promise.resolve(1))).resolves.toBe(1);
  });
});

function stall(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
