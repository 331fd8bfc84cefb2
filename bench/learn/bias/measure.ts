import type { EffectiveSums } from '../../../core/learn/effective.ts';
import { effectiveSums } from '../../../core/learn/effective.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import { rowStart } from '../../../core/maths/cholesky.ts';
import type { Xoshiro } from '../../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { AutoBeliefs } from '../../../core/policies/auto-beliefs.ts';
import { atHour, contextOf, policyBy, SendLog, SIGNAL } from './log.ts';
import type { How } from './log.ts';
import type { Planted } from './worlds.ts';
import { delayFrom, SEGMENTS, truthOf, WINDOW } from './worlds.ts';

/** How messages are sent: all the time for a week, or in six hours, by a new programme or by options that are new in one that has run for two weeks. */
export const SENDINGS = ['stream', 'campaign', 'new options'] as const;
type Sending = (typeof SENDINGS)[number];

/** Hours after the beginning of a stream, or the end of a campaign, at which is asked; at the last all windows are closed. */
export const AGES = [1, 6, 24, 72, WINDOW + 1] as const;

const WARM_HOURS = 336;
const CAMPAIGN_HOURS = 6;
/** Trials of an option in an hour. */
const WARM_TRIALS = 300;
const STREAM_TRIALS = 900;
const CAMPAIGN_TRIALS = 10_000;

/** One number of one seed, by name: see `measured`. */
export type Found = Map<string, number>;

/** Sends one hour of some options, and plans the answers. */
function sendHour(
  log: SendLog,
  rng: Xoshiro,
  hour: number,
  sent: { options: number[]; trials: number[] },
): void {
  const { rates, delays } = log.truth;
  for (const option of sent.options) {
    for (const [segment, trials] of sent.trials.entries()) {
      const count = Math.round(trials);
      if (count > 0) log.send({ option, segment }, hour, count);
      for (let i = 0; i < count; i++) {
        if (rng.uniform() >= rates[option]![segment]!) continue;
        const at = hour + rng.uniform();
        log.answer({ option, segment }, at, delayFrom(rng.uniform(), delays[option]![segment]!));
      }
    }
  }
}

/** Rate of an option in a segment by sums alone: held to nothing. */
function rateOf(
  log: SendLog,
  { options }: Pick<EffectiveSums, 'options'>,
  option: number,
  segment: number,
): number {
  const column = linearSumsOf(log.programme).features.labels.indexOf(`segment = ${SEGMENTS[segment]!}`);
  const { responses, information } = options[`o${option}`]!;
  return (responses[SIGNAL]?.[column] ?? 0) / information[rowStart(column) + column]!;
}

const meanOf = (of: readonly number[]): number => of.reduce((sum, x) => sum + x, 0) / of.length;

/** What is asked at one time: biases of the rates of each segment, of some options, and what the policy would do. */
function ask(
  log: SendLog,
  now: number,
  fresh: readonly number[],
  add: (what: string, value: number) => void,
): void {
  const { rates } = log.truth;
  const all = rates.map((_, a) => `o${a}`);
  const hows: Record<How, EffectiveSums> = {
    served: effectiveSums(log.programme, log.state, atHour(now)),
    'by cell': log.exact(now, 'by cell'),
    'known at once': log.exact(now, 'known at once'),
  };
  for (const [how, sums] of Object.entries(hows) as [How, EffectiveSums][]) {
    const beliefs = new AutoBeliefs(log.programme, sums);
    const policy = policyBy(log, now, how);
    const [wrong, lost]: [number[], number[]] = [[], []];
    for (const segment of SEGMENTS.keys()) {
      const context = contextOf(segment);
      const x = linearSumsOf(log.programme).features.encode(context, all[0]!);
      const off = (rate: (option: number) => number): number =>
        meanOf(fresh.map((option) => rate(option) / rates[option]![segment]! - 1));
      const biased = off((option) => rateOf(log, sums, option, segment));
      // nobody of the segment was sent anything yet
      if (Number.isFinite(biased)) add(`bias | ${SEGMENTS[segment]!} | ${how}`, biased);
      add(
        `belief | ${SEGMENTS[segment]!} | ${how}`,
        off((option) => beliefs.of(x, `o${option}`, false).mean),
      );
      const best = Math.max(...rates.map((own) => own[segment]!));
      const scored = policy.score(all, { context, at: atHour(now) });
      const lostBy = (a: number): number => 1 - rates[a]![segment]! / best;
      wrong.push(scored.reduce((sum, { propensity }, a) => (lostBy(a) > 0 ? sum + propensity : sum), 0));
      lost.push(scored.reduce((sum, { propensity }, a) => sum + propensity * lostBy(a), 0));
    }
    add(`wrong | all | ${how}`, meanOf(wrong));
    add(`lost | all | ${how}`, meanOf(lost));
  }
}

/** Biases and choices of one seed of a world, by `what | segment | how | age`. */
export function measured(planted: Planted, sending: Sending, seed: number): Found {
  const log = new SendLog(truthOf(planted, seed));
  const { mix, rates } = log.truth;
  const rng = rngFromNumber(22_000 + seed);
  const warm = sending === 'new options' ? WARM_HOURS : 0;
  const options = [...rates.keys()];
  const [old, fresh] = warm > 0 ? [options.slice(0, 2), options.slice(2)] : [[], options];
  const trialsIn = (hour: number, hours: number, trials: number): number[] =>
    mix(hour, hours).map((part) => trials * part);
  for (let hour = 0; hour < warm; hour++)
    sendHour(log, rng, hour, { options: old, trials: trialsIn(hour, warm, WARM_TRIALS) });
  const [hours, trials] = sending === 'stream' ? [WINDOW, STREAM_TRIALS] : [CAMPAIGN_HOURS, CAMPAIGN_TRIALS];
  const found: Found = new Map();
  let sent = 0;
  for (const age of AGES) {
    const streams = sending === 'stream' && age < WINDOW;
    for (const end = streams ? age : hours; sent < end; sent++)
      sendHour(log, rng, warm + sent, { options: fresh, trials: trialsIn(sent, hours, trials) });
    const now = warm + (streams ? 0 : hours) + age;
    log.learn(now);
    ask(log, now, fresh, (what, value) => found.set(`${what} | ${age}`, value));
  }
  return found;
}
