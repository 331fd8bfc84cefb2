import type { Programme } from '../../core/domain/programme.ts';
import { DAY_MS } from '../../core/domain/programme.ts';
import type { Past } from '../../core/learn/past.ts';
import type { Player } from './play.ts';
import type { Request } from './served.ts';
import { Served } from './served.ts';
import type { Field, World } from './worlds/world.ts';
import { openIn } from './worlds/world.ts';

/** Decisions a day where a world says nothing else: the delay of E3 is one. */
const DAILY = 2_500;
const START = Date.parse('2026-01-05T09:00:00Z');
/** Policies are made anew with 4 % more decisions, and ten times a day at the least. */
const GROWTH = 0.04;
const FOLDS_DAILY = 10;
/** Bounds that are declared of a standard normal number. */
const FAR = 3;

export const timeOf = (t: number, daily = DAILY): number => START + (t * DAY_MS) / daily;

/** The round with the first fold after one in round `t`. */
export const nextFold = (t: number, daily = DAILY): number =>
  t + Math.min(daily / FOLDS_DAILY, 1 + t * GROWTH);

const nameOf = ({ columns }: Field): string => `f${columns[0]!}`;

function declarationOf({ kind, columns }: Field): NonNullable<Programme['context']>[string] {
  if (kind === 'number') return { type: 'number', min: -FAR, max: FAR };
  return { type: 'category', values: kind === 'flag' ? ['0', '1'] : columns.map(String) };
}

/** What a request says of a field. */
function valueOf({ kind, columns }: Field, x: Float64Array): string | number {
  const first = x[columns[0]!]!;
  if (kind === 'number') return first;
  return String(kind === 'flag' ? first : columns.find((j) => x[j] === 1));
}

/** `auto` as a programme has it, in the time of its world; outcomes count when they are known, with the delay that they had. */
export function served(world: World, past?: Past): Player {
  const { options, features, fields, contexts, delay, daily = DAILY } = world;
  const programme = new Served({
    options,
    policy: { kind: 'auto' },
    past,
    windowHours: Math.ceil((delay * 24) / daily) + 1,
    ...(fields.length > 0 && {
      context: Object.fromEntries(fields.map((own) => [nameOf(own), declarationOf(own)])),
    }),
  });
  const open = world.open && openIn(world);
  const requestOf = (t: number, round: number): Request => {
    const x = contexts.subarray(t * features, (t + 1) * features);
    const context = Object.fromEntries(fields.map((own) => [nameOf(own), valueOf(own, x)]));
    return { context, at: timeOf(round, daily) };
  };
  let [fold, next] = [0, 1];
  // what comes late is read when it comes, and whatever is read is folded
  let read = false;
  return {
    choose(t, rng) {
      if (t >= next || read) {
        read = false;
        programme.fold();
        fold = t;
        next = nextFold(t, daily);
      }
      const option = programme.choose(requestOf(t, fold), rng, open?.(t));
      programme.decided(requestOf(t, t), option);
      return option;
    },
    learn(t, option, reward) {
      read = delay > 0;
      if (reward > 0) programme.answered(requestOf(t, t), option, (delay * DAY_MS) / daily);
    },
  };
}
