import type { Programme } from '../../core/domain/programme.ts';
import { HOUR_MS } from '../../core/domain/programme.ts';
import { effectiveSums } from '../../core/learn/effective.ts';
import { linearSumsOf } from '../../core/learn/linear-state.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState } from '../../core/learn/model.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { timed } from '../timed.ts';
import type { Cost } from './perf.ts';

/** Options, and numbers in the context: three columns each. */
const SIZES = [
  { options: 8, numbers: 0 },
  { options: 50, numbers: 0 },
  { options: 8, numbers: 11 },
  { options: 50, numbers: 11 },
  { options: 50, numbers: 21 },
] as const;
const NEWEST = 510_000;
const YEAR = 8_760;

type Size = (typeof SIZES)[number];

function programmeOf({ options, numbers }: Size): Programme {
  const variants = Array.from({ length: options }, (_, a) => ({
    ...{ id: `option-${a}`, channel: 'email', content: {}, contentHash: '' },
  }));
  const number = { type: 'number' as const, min: -3, max: 3 };
  const context = Object.fromEntries(Array.from({ length: numbers }, (_, i) => [`n${i}`, number]));
  return {
    ...{ id: 'bench', version: 1, name: 'bench', status: 'live', silence: false, variants },
    goal: { signals: [{ signal: 'answer', weight: 1, windowHours: 168 }] },
    ...{ policy: { kind: 'auto' }, guardrails: {}, sendBucketHours: 24, ...(numbers > 0 && { context }) },
  };
}

/** A year of decisions on every option, some in every block, three of ten of which were answered. */
function yearOf(programme: Programme, { numbers }: Size): ModelState {
  const rng = rngFromNumber(1);
  const sums = linearSumsOf(programme);
  const state = { ...emptyState(), linear: sums.empty() };
  const ages: number[] = [];
  for (let age = 0; age < YEAR; age += Math.max(1, Math.floor(age / 20))) ages.unshift(age);
  for (const age of ages) {
    for (const { id: option } of programme.variants) {
      const context = Object.fromEntries(Array.from({ length: numbers }, (_, i) => [`n${i}`, rng.normal()]));
      const trial = { option, context, hour: NEWEST - age };
      sums.addTrials(state.linear, trial, 1);
      const delay = rng.uniform() * Math.min(100, age) * HOUR_MS;
      if (rng.uniform() < 0.3) sums.moveCredits(state.linear, trial, {}, { answer: { worth: 1, delay } });
    }
  }
  return state;
}

/** What it costs to read what was learned: once after every fold and every five minutes; and to write it with a fold. */
export function sumsCosts(): Cost[] {
  return SIZES.flatMap((size) => {
    const programme = programmeOf(size);
    const state = yearOf(programme, size);
    const columns = linearSumsOf(programme).features.count;
    const megabytes = (JSON.stringify(state).length / 1e6).toFixed(2);
    const what = `${columns} columns, ${size.options} options, ${state.linear.blocks.length} blocks`;
    return [
      {
        what: `sums by time, ${what}: read`,
        ...timed(() => void effectiveSums(programme, state, (NEWEST + 1) * HOUR_MS)),
        asked: undefined,
      },
      {
        what: `sums by time, ${what}: written as ${megabytes} MB`,
        ...timed(() => void JSON.stringify(state)),
        asked: undefined,
      },
    ];
  });
}
