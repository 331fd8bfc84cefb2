import type { Rng } from '../../../core/contracts/rng.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Cap, Programme } from '../../../core/domain/programme.ts';
import { below, pick } from '../chance.ts';
import { DAY, HOUR, MINUTE } from '../programmes.ts';
import type { Log, Name, Told } from './happenings.ts';
import type { People } from './standing.ts';

/** How late messages leave: at once, within minutes, within what is declared, long after it, or never. */
const LATE = [0, 0, 0, 30 * MINUTE, HOUR, 6 * HOUR, 6 * HOUR, 3 * DAY, Infinity];

/** When a message that is decided on really leaves, whatever anybody is told; `Infinity`: never. */
export function fateOf(rng: Rng, decidedAt: number): number {
  const most = pick(rng, LATE);
  return most === Infinity ? Infinity : decidedAt + below(rng, most + 1);
}

/** When a message is told to have left, or to have arrived, that left at some time: a clock may be some seconds behind where it leaves at once. */
export function toldAt(
  rng: Rng,
  left: number,
  { what, decision, now }: { what: string; decision: Decision; now: number },
): number {
  if (what === 'delivered') return left + below(rng, now - left + 1);
  return left === decision.at ? left - below(rng, 5_000) : left;
}

/** A message as it really was. */
interface Real {
  who: Name;
  /** Where in the log it was decided, and where it was told to be sent and to be given up. */
  place: number;
  told: number;
  aborted: number;
  /** When it left, and up to when it was said that it would if at all. */
  at: number;
  releases: number;
  channel: string;
  programme?: string | undefined;
  variant?: string | undefined;
}

const SENT = /^(email|sms|push)_(sent|delivered)$/;
const OTHER_TOOLS = new Map([
  ...['email_sent', 'Email Sent'].map((name) => [name, 'email'] as const),
  ['SMS Sent', 'sms'],
  ['Push Notification Sent', 'push'],
]);

/** What really happened, read from a log and the fates of the decisions in it, without asking when the program took anything to be sent. */
class Reals {
  readonly all: Real[] = [];
  readonly #byMade = new Map<string, Real>();
  readonly #bySend = new Map<string, Real>();

  constructor(log: Log, fates: ReadonlyMap<string, number>, programmes: readonly Programme[]) {
    const hours = new Map(programmes.map((own) => [own.id, own.guardrails.releaseAfterHours]));
    for (const [place, happening] of log.all.entries()) {
      if (happening.kind === 'told') this.#told(happening.who, happening.told, place);
      if (happening.kind !== 'asked') continue;
      const { who } = happening;
      for (const { decision } of happening.looks) {
        const at = fates.get(decision?.id ?? '');
        if (!decision || at === undefined) continue;
        const { id, at: decidedAt, programme, variant, channel = '', send = '', route } = decision;
        const own: Real = { who, place, told: Infinity, aborted: Infinity, at, releases: -Infinity, channel };
        if (!route) own.releases = decidedAt + (hours.get(programme) ?? -Infinity) * HOUR;
        this.all.push(Object.assign(own, { programme, variant }));
        this.#byMade.set(id, own);
        this.#bySend.set(send, own);
      }
    }
  }

  #told(who: Name, { name, at, made, send, machine }: Told, place: number): void {
    if (machine) return;
    const channel = OTHER_TOOLS.get(name);
    if (made === undefined && send === undefined) {
      const times = { place, told: place, aborted: Infinity, at, releases: -Infinity };
      if (channel !== undefined) this.all.push({ who, ...times, channel });
      return;
    }
    const own = this.#byMade.get(made ?? '') ?? this.#bySend.get(send ?? '');
    if (!own) return;
    // by its send alone it is told on its own channel only
    if (made === undefined && !name.startsWith(`${own.channel}_`)) return;
    if (SENT.test(name)) own.told = Math.min(own.told, place);
    if (name.endsWith('_aborted')) own.aborted = Math.min(own.aborted, place);
  }
}

/**
 * Whether at some place everybody could know of a message that it had left, or that it still may: then nothing may come too close to it.
 * Nobody can know of one that leaves after its release, or of whose leaving nobody tells in time.
 */
const foreseen = ({ told, aborted, at, releases }: Real, place: number, now: number): boolean =>
  told < place || (aborted > place && now < releases && at < releases);

function counts(cap: Cap, own: Real, other: Real): boolean {
  if (cap.channel !== undefined && other.channel !== cap.channel) return false;
  if (cap.per === 'person') return true;
  if (other.programme !== own.programme) return false;
  return cap.per === 'person-programme' || other.variant === own.variant;
}

/** The most of some times that are in one window with another time. */
function most(times: readonly number[], at: number, window: number): number {
  const ends = [at, ...times.filter((time) => time > at && time < at + window)];
  return Math.max(...ends.map((end) => times.filter((time) => time <= end && time > end - window).length));
}

/**
 * Messages that really left too close to others that a person had, as far as anybody could know when they were decided on: in some
 * window there were more than a cap of the person allows.
 */
export function* tooClose(
  { log, fates }: { log: Log; fates: ReadonlyMap<string, number> },
  programmes: readonly Programme[],
  people: People,
): Generator<string> {
  const { all } = new Reals(log, fates, programmes);
  const byName = Map.groupBy(all, ({ who }) => who);
  for (const own of all) {
    const { guardrails } = programmes.find(({ id }) => id === own.programme) ?? {};
    if (!guardrails || own.at === Infinity) continue;
    const now = log.nowAt(own.place);
    const others = [...people.namesOf(own.who)]
      .filter(([, since]) => since <= own.place)
      .flatMap(([name]) => byName.get(name) ?? [])
      .filter((other) => other.place < own.place && other.at < Infinity && foreseen(other, own.place, now));
    for (const cap of guardrails.caps ?? []) {
      if (!cap.per.startsWith('person') || cap.signal !== undefined) continue;
      if (cap.channel !== undefined && cap.channel !== own.channel) continue;
      const times = others.filter((other) => counts(cap, own, other)).map(({ at }) => at);
      const count = 1 + most(times, own.at, cap.hours * HOUR);
      if (count > cap.count)
        yield `${count} too close for ${own.who} at ${own.place}, by ${JSON.stringify(cap)}`;
    }
  }
}
