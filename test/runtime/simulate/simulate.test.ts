import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { chartOf } from '../../../runtime/simulate/chart.ts';
import { nextStep } from '../../../runtime/simulate/next-step.ts';
import { waveFrom } from '../../../runtime/simulate/reached.ts';
import type { Simulated, Simulation } from '../../../runtime/simulate/simulate.ts';
import { simulate } from '../../../runtime/simulate/simulate.ts';
import { folder } from '../../support/folders.ts';
import { CONTEXT, programme, REVENUE, variant } from '../../support/programmes.ts';

const SETTINGS: Simulation = { audience: 4_000, baseRate: 0.1, effect: 1, waves: 8, runs: 3, seed: 3 };

const SLOTS = { slots: { cta: ['go', 'start'].map((id) => ({ id, content: { cta: id } })) } };

const run = (changes: Partial<Programme> = {}, settings: Partial<Simulation> = {}): Simulated =>
  simulate(programme(changes), { ...SETTINGS, ...settings }, () => undefined);

const shares = ({ waves }: Simulated): number[] => waves.map(({ best }) => best);
const drawn = (simulated: Simulated): string => chartOf(simulated, { leftOut: [], next: 'nothing' });

describe('a simulation', () => {
  it('shows traffic move to the best option, and what that is worth', () => {
    const simulated = run();
    expect(simulated.waves.map(({ people }) => people)).toEqual([
      500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500, 4_000,
    ]);
    expect(shares(simulated)[0]).toBeCloseTo(1 / 3, 1);
    expect(shares(simulated).at(-1)).toBeGreaterThan(0.9);
    // all at 0.2 or none above 0.1 are the bounds
    expect(simulated.even).toBeCloseTo(4_000 * (0.1 + 0.1 / 3), 6);
    expect(simulated.most).toBeCloseTo(800, 6);
    expect(simulated.expected.mean).toBeGreaterThan(simulated.even);
    expect(simulated.expected.most).toBeLessThan(800);
  });

  it('is the same for the same seed, another for another', () => {
    const [one, again, other] = [run(), run(), run({}, { seed: 4 })];
    expect(again).toEqual(one);
    expect(shares(other)).not.toEqual(shares(one));
  });

  it('keeps a fixed split, and leaves the holdout out', () => {
    const fixed = run({ policy: { kind: 'fixed-split' }, holdout: { kind: 'no-contact', share: 0.5 } });
    for (const share of shares(fixed)) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.13);
    expect(Math.abs(fixed.decided - 2_000)).toBeLessThan(150);
  });

  it('has another best option for each value of a category, where the policy can learn that', () => {
    for (const kind of ['auto', 'linear-thompson', 'shared-linear-thompson'] as const) {
      const context = run({ ...CONTEXT, policy: { kind } });
      expect(context.truth).toHaveLength(2);
      expect(new Set(context.truth.map((line) => line.split(' ')[3])).size).toBe(2);
      expect(shares(context).at(-1)).toBeGreaterThan(0.8);
    }
    const blind = run({ ...CONTEXT });
    expect(blind.truth).toHaveLength(1);
  });

  it('runs a goal of values, and a programme whose guardrails would let nobody through', () => {
    const closed = { eligible: 'false', consent: { email: 'marketing' } };
    const simulated = run({ goal: { signals: [REVENUE] }, guardrails: closed }, { effect: 3 });
    expect(simulated.decided).toBe(4_000);
    expect(shares(simulated).at(-1)).toBeGreaterThan(0.5);
  });

  it('plants nothing for silence that the goal leaves it out of', () => {
    const left = { signal: 'email_clicked', weight: 1, windowHours: 72, silence: false };
    for (const seed of [2, 4]) {
      const simulated = run({ silence: true, goal: { signals: [left] } }, { seed });
      expect(simulated.truth[0]).toMatch(/^[abc] earns 20 %, 10 % after any other, nothing after silence$/);
      expect(simulated.even).toBeCloseTo((simulated.decided * (0.2 + 0.1 + 0.1)) / 4, 6);
      expect(shares(simulated).at(-1)).toBeGreaterThan(0.8);
    }
  });

  it('knows what the best is when messages cost something, and that it is not what is likeliest', () => {
    const first = run();
    const [likeliest = ''] = first.truth[0]!.split(' ');
    const variants = programme().variants.map((own) => (own.id === likeliest ? { ...own, cost: 2 } : own));
    const policy = { kind: 'weighted-thompson' as const, netOfCosts: true };
    // twice as many orders, 0.1 more a message: at 10 each that is 1, at 50 it is 5
    const [poor, rich] = [10, 50].map((value) => run({ variants, policy, arbitration: { value } }));
    expect(poor!.truth[0]).toMatch(new RegExp(`^${likeliest} earns .*; net of costs . is the best$`));
    expect(rich!.truth[0]).toBe(first.truth[0]);
    // the two others are alike, so that what is left to the dear one is to be seen in the orders
    expect(poor!.expected.mean).toBeLessThan(0.11 * poor!.decided);
    expect(shares(rich!).at(-1)).toBeGreaterThan(0.8);
  });

  it('says from which wave on the best has a share of the traffic to the end', () => {
    const from = (...own: number[]): number => waveFrom(own, 0.5);
    expect([from(0.2, 0.6, 0.4, 0.7, 0.8), from(0.6, 0.7), from(0.2, 0.6)]).toEqual([4, 1, 2]);
    expect(from(0.9, 0.2)).toBe(Infinity);
  });

  it('tells when, how surely, and what for, over runs that differ in luck alone', () => {
    const { reached, led, waves, expected } = run({}, { runs: 5 });
    const [half, , almostAll] = reached;
    expect(half!.runs).toBe(5);
    expect(led).toBe(5);
    expect(half!.people).toBe(waves[half!.wave! - 2]!.people);
    expect(almostAll!.wave!).toBeGreaterThanOrEqual(half!.wave!);
    expect(half!.earliest!).toBeLessThanOrEqual(half!.latest!);
    expect(expected.least).toBeLessThan(expected.most);
    // what cannot be found out from so few is not said to be
    const few = run({}, { audience: 200, effect: 0.1, runs: 20 });
    expect(few.reached[1]!.wave).toBeUndefined();
    expect(few.led).toBeLessThan(16);
  });

  it('draws all of the traffic, of many options the few that matter and the others together', () => {
    const variants = Array.from({ length: 12 }, (_, i) => variant(`v${i}`));
    const simulated = run({ variants });
    for (const wave of simulated.waves)
      expect(Object.values(wave.shares).reduce((sum, own) => sum + own, 0)).toBeCloseTo(1, 9);
    const [best] = simulated.best;
    const text = drawn(simulated);
    expect(text).toContain(`  █ ${best} (the best)\n`);
    expect(text).toContain('  · 8 others\n');
    const rows = text.match(/^ +\d+ +[\d,]+ {2}[█▓▒░·]{30}( +\d+ %){5}$/gm)!;
    expect(rows).toHaveLength(8);
    // a twelfth each at first
    expect(rows[0]).toMatch(/ 8 % +8 % +8 % +8 % +67 %$/);
    const drawnBest = rows.map((row) => row.split('█').length - 1);
    expect(drawnBest[0]).toBe(3);
    expect(drawnBest.at(-1)).toBe(Math.round(30 * shares(simulated).at(-1)!));
  });

  it('finds no best where all options are alike', () => {
    const text = drawn(run({}, { effect: 0 }));
    expect(text).toContain('every option earns 10 %');
    expect(text).not.toMatch(/best (was|has)|\(the best\)/);
    expect(text).toMatch(/this programme +400 {2}0 %/);
  });

  it.each([
    [{ variants: [variant('a')] }, {}, /^There is one option/],
    [{ variants: [variant('a', SLOTS)] }, {}, /^Nothing shifts here but pieces/],
    [{ policy: { kind: 'fixed-split' as const } }, {}, /^A fixed split never shifts/],
    [{}, { effect: 0 }, /^No option is better here/],
    [{}, { audience: 40, effect: 0.1, runs: 10 }, /^40 people are too few .* --audience 160;/],
    [{}, {}, /^Save it/],
  ])('says what to do next (%#)', (changes, settings, next) => {
    const simulation = { ...SETTINGS, ...settings };
    expect(nextStep(programme(changes), 'file', simulation, run(changes, settings))).toMatch(next);
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

  const settings = [
    '--audience',
    '2000',
    '--waves',
    '5',
    '--base-rate',
    '10%',
    '--effect',
    '2',
    '--seed',
    '3',
  ];

  it('draws how traffic shifts, says when and how surely, and what to do next', async () => {
    const guarded = { ...input, guardrails: { eligible: 'has(traits.x)' } };
    const { code, out, err } = await command(JSON.stringify(guarded), ...settings);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/\n {2}[abc] earns 30 %, 10 % after any other\n/);
    expect(out).toContain('Left out: guardrails (eligible).');
    expect(out).toMatch(/more than half +\d +[\d,]+ +\d, \d +10 of 10\n/);
    expect(out).toMatch(/this programme +\d+ {2}\+\d/);
    expect(out).toMatch(/At the end the best was ahead in 10 of 10 runs\./);
    expect(out).toMatch(/\nNext: Save it.*\n.*PUT .*\/v1\/programmes\/welcome .*programme\.json\n$/);
  });

  it('prints the same for a program to read', async () => {
    const { code, out, err } = await command(JSON.stringify(input), ...settings, '--json');
    expect([code, err]).toEqual([0, '']);
    const told = JSON.parse(out) as Simulated & { next: string };
    expect(told.waves.map(({ people }) => people)).toEqual([400, 800, 1_200, 1_600, 2_000]);
    expect(Object.keys(told.waves[0]!.shares)).toEqual(['a', 'b', 'c']);
    expect(told).toMatchObject({ led: 10, reached: [{ share: 0.5 }, { share: 0.8 }, { share: 0.95 }] });
    expect(told.next).toMatch(/^Save it/);
  });

  it.each([
    [JSON.stringify({ ...input, variants: [] }), [], /variants: /],
    [JSON.stringify({ ...input, policy: { kind: 'guesswork' } }), [], /policy\.kind: .*auto/],
    ['{', [], /programme\.json: .*JSON/],
    [JSON.stringify({ ...input, guardrails: { eligible: 'traits.x ==' } }), [], /guardrails\.eligible: /],
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
