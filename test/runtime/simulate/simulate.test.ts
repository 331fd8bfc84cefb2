import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { mostFrom } from '../../../runtime/simulate/chart.ts';
import type { Simulated, Simulation } from '../../../runtime/simulate/simulate.ts';
import { simulate } from '../../../runtime/simulate/simulate.ts';
import { folder } from '../../support/folders.ts';
import { CONTEXT, programme, REVENUE } from '../../support/programmes.ts';

const SETTINGS: Simulation = { audience: 4_000, baseRate: 0.1, effect: 1, waves: 8, seed: 3 };

const run = (changes: Partial<Programme> = {}, settings: Partial<Simulation> = {}): Promise<Simulated> =>
  simulate(programme(changes), { ...SETTINGS, ...settings }, () => undefined);

const shares = ({ waves }: Simulated): number[] => waves.map(({ share }) => share);

describe('a simulation', () => {
  it('shows traffic move to the best option, and what that is worth', async () => {
    const simulated = await run();
    expect(simulated.waves.map(({ people }) => people)).toEqual([
      500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000,
    ]);
    expect(shares(simulated)[0]).toBeCloseTo(1 / 3, 1);
    expect(shares(simulated).at(-1)).toBeGreaterThan(0.9);
    // all at 0.2 or none above 0.1 are the bounds
    expect(simulated.even).toBeCloseTo(4_000 * (0.1 + 0.1 / 3), 6);
    expect(simulated.expected).toBeGreaterThan(simulated.even);
    expect(simulated.expected).toBeLessThan(800);
  });

  it('is the same for the same seed, another for another', async () => {
    const [one, again, other] = [await run(), await run(), await run({}, { seed: 4 })];
    expect(again).toEqual(one);
    expect(shares(other)).not.toEqual(shares(one));
  });

  it('keeps a fixed split, and leaves the holdout out', async () => {
    const fixed = await run({ policy: { kind: 'fixed-split' }, holdout: { kind: 'no-contact', share: 0.5 } });
    for (const share of shares(fixed)) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.13);
    expect(Math.abs(fixed.decided - 2_000)).toBeLessThan(150);
  });

  it('has another best option for each value of a category, where the policy can learn that', async () => {
    for (const kind of ['auto', 'linear-thompson', 'shared-linear-thompson'] as const) {
      const context = await run({ ...CONTEXT, policy: { kind } });
      expect(context.truth).toHaveLength(2);
      expect(new Set(context.truth.map((line) => line.split(' ')[3])).size).toBe(2);
      expect(shares(context).at(-1)).toBeGreaterThan(0.8);
    }
    const blind = await run({ ...CONTEXT });
    expect(blind.truth).toHaveLength(1);
  });

  it('runs a goal of values, and a programme whose guardrails would let nobody through', async () => {
    const closed = { eligible: 'false', consent: { email: 'marketing' } };
    const simulated = await run({ goal: { signals: [REVENUE] }, guardrails: closed }, { effect: 3 });
    expect(simulated.decided).toBe(4_000);
    expect(shares(simulated).at(-1)).toBeGreaterThan(0.5);
  });

  it('plants nothing for silence that the goal leaves it out of', async () => {
    const left = { signal: 'email_clicked', weight: 1, windowHours: 72, silence: false };
    for (const seed of [2, 4]) {
      const simulated = await run({ silence: true, goal: { signals: [left] } }, { seed });
      expect(simulated.truth[0]).toMatch(/^[abc] earns 20 %, 10 % after any other, nothing after silence$/);
      expect(simulated.even).toBeCloseTo((simulated.decided * (0.2 + 0.1 + 0.1)) / 4, 6);
      expect(shares(simulated).at(-1)).toBeGreaterThan(0.8);
    }
  });

  it('knows what the best is when messages cost something, and that it is not what is likeliest', async () => {
    const first = await run();
    const [likeliest = ''] = first.truth[0]!.split(' ');
    const variants = programme().variants.map((own) => (own.id === likeliest ? { ...own, cost: 2 } : own));
    const policy = { kind: 'weighted-thompson' as const, netOfCosts: true };
    // twice as many orders, 0.1 more a message: at 10 each that is 1, at 50 it is 5
    const [poor, rich] = [10, 50].map((value) => run({ variants, policy, arbitration: { value } }));
    expect((await poor!).truth[0]).toMatch(new RegExp(`^${likeliest} earns .*; net of costs . is the best$`));
    expect((await rich!).truth[0]).toBe(first.truth[0]);
    // the two others are alike, so that what is left to the dear one is to be seen in the orders
    expect((await poor!).expected).toBeLessThan(0.11 * (await poor!).decided);
    expect(shares(await rich!).at(-1)).toBeGreaterThan(0.8);
  });

  it('says from which wave on most people got the best option', () => {
    const from = (...own: number[]): number => mostFrom(own.map((share, i) => ({ people: i, share })));
    expect([from(0.2, 0.6, 0.4, 0.7, 0.8), from(0.6, 0.7), from(0.9, 0.2), from(0.2, 0.6)]).toEqual([
      4, 1, 0, 2,
    ]);
  });
});

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function command(input: string, ...options: string[]): Promise<Ran> {
  const file = join(await folder(), 'programme.json');
  writeFileSync(file, input);
  return new Promise((resolve) => {
    const args = ['runtime/main.ts', 'simulate', file, ...options];
    execFile(process.execPath, args, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

describe('pickwell simulate', () => {
  const { id, name, goal, variants } = programme();
  const input = {
    id,
    name,
    goal,
    variants: variants.map(({ id: own, channel, content }) => ({ id: own, channel, content })),
  };

  it('draws the share of each wave, and says when the best option had most of the traffic', async () => {
    const settings = [
      '--audience',
      '2000',
      '--waves',
      '5',
      '--base-rate',
      '0.1',
      '--effect',
      '2',
      '--seed',
      '3',
    ];
    const { code, out, err } = await command(JSON.stringify(input), ...settings);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/Planted:\n {2}[abc] earns 30 %, 10 % after any other\n/);
    expect(out.match(/^ +\d {2,}[\d,]+ {2}[█▏▎▍▌▋▊▉]+ +\d+ %$/gm)).toHaveLength(5);
    expect(out).toMatch(
      /The best option had most of the traffic from wave \d on, after [\d,]+ of 2,000 people\./,
    );
  });

  it.each([
    [JSON.stringify({ ...input, variants: [] }), [], /variants: /],
    [JSON.stringify({ ...input, policy: { kind: 'guesswork' } }), [], /policy\.kind: .*auto/],
    ['{', [], /programme\.json: .*JSON/],
    [JSON.stringify(input), ['--base-rate', '3'], /--base-rate .*0\.03/],
    [JSON.stringify(input), ['--base-rate', '0.5', '--effect', '2'], /--effect: .*at most 1/],
    [JSON.stringify(input), ['--audience', 'many'], /--audience .*whole number/],
    [JSON.stringify(input), ['--audience', '10', '--waves', '20'], /--waves: /],
  ])('refuses what it cannot run (%#)', async (text, options, message) => {
    const { code, out, err } = await command(text, ...options);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err).not.toMatch(/ {4}at /);
  });
});
