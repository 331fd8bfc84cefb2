import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Agenda } from '../../bench/scale/heap.ts';
import type { Cell } from '../../bench/scale/simulate.ts';
import { simulate } from '../../bench/scale/simulate.ts';
import { slopeOf } from '../../bench/under-load/soak.ts';

/** Nothing takes time but what a case gives. */
const NOTHING: Cell = {
  ...{ rate: 100, copies: 1, cores: 1, httpMs: 0, engineMs: 0, batchFixedMs: 0, batchDecisionMs: 0 },
  ...{ flushMs: 0, tripsMs: 0, maxBatch: 1 },
};

describe('the simulation', () => {
  it('of one exponential server is the M/M/1 queue: response times are exponential at mu - lambda', () => {
    // 100 arrivals a second, 5 ms of service: mu = 200, so the quantile q is at -ln(1 - q) / 100 s (Kleinrock 1975, 3.2)
    const found = simulate({ ...NOTHING, flushMs: 5 }, 4_000, 11);
    const at = (share: number): number => (-Math.log(1 - share) / 100) * 1_000;
    // 400,000 arrivals whose times hang together: some 2 % at the median and 4 % in the tail
    expect(found.p50 / at(0.5)).toBeCloseTo(1, 1);
    expect(Math.abs(found.p99 / at(0.99) - 1)).toBeLessThan(0.08);
    expect(found.batch).toBeCloseTo(1, 2);
  });

  it('uses each part as much as the work that reaches it', () => {
    const cell = { ...NOTHING, rate: 1_000, copies: 4, cores: 2, maxBatch: 256 };
    const found = simulate({ ...cell, httpMs: 0.4, engineMs: 0.8, batchDecisionMs: 0.6 }, 100, 12);
    // rate x time / servers: 0.1, 0.2, 0.3; 100,000 arrivals are within a percent of their mean
    expect(found.http.used).toBeCloseTo(0.1, 2);
    expect(found.engine.used).toBeCloseTo(0.2, 2);
    expect(found.database.used).toBeCloseTo(0.3, 2);
  });

  it('says when it does not keep up, and gathers larger batches the slower the flush', () => {
    expect(simulate({ ...NOTHING, flushMs: 20 }, 20, 13).waiting).toBeGreaterThan(500);
    const batches = [1, 4, 16].map((flushMs) => {
      return simulate({ ...NOTHING, rate: 2_000, maxBatch: 256, flushMs }, 20, 14).batch;
    });
    expect(batches).toEqual([...batches].sort((a, b) => a - b));
    expect(batches[2]).toBeGreaterThan(16);
  });

  it('is the same for the same seed', () => {
    const cell = { ...NOTHING, flushMs: 5 };
    expect(simulate(cell, 20, 15)).toEqual(simulate(cell, 20, 15));
    expect(simulate(cell, 20, 15)).not.toEqual(simulate(cell, 20, 16));
  });
});

test('an agenda gives what was put into it, earliest first', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), (times) => {
      const agenda = new Agenda<number>();
      for (const at of times) agenda.add(at, at);
      const out = times.map(() => agenda.next()!.at);
      expect(out).toEqual([...times].sort((a, b) => a - b));
      expect(agenda.next()).toBeUndefined();
    }),
    { seed: 5 },
  );
});

test('the slope of memory is that of the line through it', () => {
  const line = Array.from({ length: 50 }, (_, i) => [i, 3 + 0.25 * i] as const);
  expect(slopeOf(line)).toBeCloseTo(0.25, 12);
  expect(slopeOf(line.map(([x]) => [x, 7] as const))).toBe(0);
});
