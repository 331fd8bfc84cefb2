import type { Contact, StoredSignal } from '../../core/contracts/records.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { DAY_MS, HOUR_MS } from '../../core/domain/programme.ts';
import type { Person } from '../../core/domain/person.ts';
import { newPerson } from '../../core/domain/person.ts';
import { SIGNAL } from '../../core/domain/event.ts';
import type { HourSums } from '../../core/learn/hour-sums.ts';
import { addPlanned, addResponse, emptyHours } from '../../core/learn/hour-sums.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { LearnedTimes } from '../../core/timing/learned-times.ts';
import type { How } from '../../core/timing/plan.ts';
import { planOf, whenOf } from '../../core/timing/plan.ts';

/**
 * Planted worlds of people with habits: each answers most around an hour of the day of their own. `differ`: of most it is in the
 * evening, of some in the morning; `alike`: of all about the same, and less marked. Asked once a day at any hour; what is sent may be
 * planned for the next 24 h.
 */
const WORLDS = {
  differ: {
    depth: 1.2,
    groups: [
      { share: 0.6, hour: 19, spread: 2 },
      { share: 0.4, hour: 8, spread: 2 },
    ],
  },
  alike: { depth: 0.6, groups: [{ share: 1, hour: 19, spread: 0.5 }] },
} as const;

export type Habits = keyof typeof WORLDS;

/** How many people, and for how many days. */
export interface Size {
  persons: number;
  days: number;
}

const WHOLE: Size = { persons: 300, days: 90 };
/** Share of messages that are answered at any hour, on average. */
const RATE = 0.08;

/** Share of the days, at the end, whose answers are counted apart: by then much has been learned. */
const LATE_SHARE = 1 / 3;

const START = Date.parse('2026-01-05T00:00:00Z');

const PROGRAMME: Programme = {
  ...{ id: 'bench', version: 1, name: 'bench', status: 'live', silence: false, policy: { kind: 'auto' } },
  variants: [
    {
      ...{ id: 'a', channel: 'email', content: {}, contentHash: '' },
      approval: { status: 'approved', contentHash: '', at: 0, by: 'bench' },
    },
  ],
  goal: { signals: [{ signal: 'answer', weight: 1, windowHours: 24 }] },
  ...{ guardrails: {}, sendBucketHours: 24, timing: { horizonHours: 24 } },
};

interface Human {
  person: Person;
  /** Chance to answer in each hour of the day. */
  chances: Float64Array;
  contacts: Contact[];
  signals: StoredSignal[];
}

function human(number: number, of: { habits: Habits; persons: number }, rng: Xoshiro): Human {
  const { depth, groups } = WORLDS[of.habits];
  const { hour, spread } = groups[number < groups[0].share * of.persons ? 0 : 1] ?? groups[0];
  const own = hour + spread * rng.normal();
  const raw = Float64Array.from({ length: 24 }, (_, h) =>
    Math.exp(depth * Math.cos((2 * Math.PI * (h - own)) / 24)),
  );
  const mean = raw.reduce((sum, x) => sum + x, 0) / raw.length;
  const chances = raw.map((x) => (RATE * x) / mean);
  return { person: newPerson(`p${number}`, [`user:${number}`]), chances, contacts: [], signals: [] };
}

/** Answers expected over the whole of one world, and over its last days, as shares of what everybody at their best hour gives. */
export function playHours(
  seed: number,
  habits: Habits,
  how: How,
  { persons, days } = WHOLE,
): { all: number; late: number } {
  const rng = rngFromNumber(12_000 + seed);
  const people = Array.from({ length: persons }, (_, i) => human(i, { habits, persons }, rng));
  const sums: HourSums = emptyHours();
  const got = { all: 0, late: 0 };
  const best = { all: 0, late: 0 };
  for (let day = 0; day < days; day++) {
    const times = new LearnedTimes(PROGRAMME, sums);
    for (const [number, own] of people.entries()) {
      const now = START + day * DAY_MS + Math.floor(24 * rng.uniform()) * HOUR_MS;
      const luck = rng.uniform();
      const most = Math.max(...own.chances);
      const at = planned(own, { times, now, how }, rng);
      const chance = own.chances[new Date(at.at).getUTCHours()]!;
      const late = day >= days * (1 - LATE_SHARE);
      got.all += chance;
      best.all += most;
      if (late) [got.late, best.late] = [got.late + chance, best.late + most];
      remember(own, at, { sums, decision: `d${day}-${number}`, answers: luck < chance });
    }
  }
  return { all: got.all / best.all, late: got.late / best.late };
}

type Planned = ReturnType<typeof whenOf>;

function planned(
  { person, contacts, signals }: Human,
  { times, now, how }: { times: LearnedTimes; now: number; how: How },
  rng: Xoshiro,
): Planned {
  const given = { programme: PROGRAMME, person, contacts, signals, context: {}, now };
  const plan = planOf(given, PROGRAMME.timing!, false);
  return whenOf({ plan, given, variant: PROGRAMME.variants[0]!, how }, times, rng);
}

function remember(
  own: Human,
  { at, record }: Planned,
  { sums, decision, answers }: { sums: HourSums; decision: string; answers: boolean },
): void {
  addPlanned(sums, record.planned!, 1);
  const { id: person } = own.person;
  own.contacts.push({
    person,
    at,
    decision,
    programme: 'bench',
    channel: 'email',
    variant: 'a',
    state: 'sent',
  });
  if (!answers) return;
  addResponse(sums, record.planned!, 1);
  const signal = { source: 's', id: decision, name: SIGNAL.opened, at: at + HOUR_MS / 4, values: {}, person };
  own.signals.push({ ...signal, decisionId: decision });
}
