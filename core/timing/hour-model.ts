import type { Contact, StoredSignal } from '../contracts/records.ts';
import { HOUR_MS } from '../domain/programme.ts';
import type { HourSums } from '../learn/hour-sums.ts';
import type { Zone } from '../guardrails/zone.ts';
import type { OwnHours } from './own-hours.ts';
import { ALIKE, ownHours } from './own-hours.ts';
import type { HourCounts, HourProfile } from './profile.ts';
import { eachCell, held, noCounts, profileOfAll, profileOfSome } from './profile.ts';
import { WEEK_HOURS } from './times.ts';

/** A guess at how alike the hours of one person are to those of others, and its weight, in responses squared. */
const PERSON = { guess: 3, weight: 4 };
/** Share of messages that are responded to, before anything is known, and its weight in messages. */
const FIRST = { rate: 0.1, weight: 20 };
/** Responses that the average responsiveness is worth in that of one person. */
const OVERALL = 1;
/** Most that is expected of one message. */
const SURE = 0.95;

/** Everything that was learned of the hours of a programme, as of one hour. */
interface Learned {
  everybody: HourProfile;
  channels: Map<string, Channel>;
  /** Expected responses that the profile of others is worth in each hour of one person. */
  person: number;
}

interface Channel {
  rate: number;
  profile: HourProfile;
  segments: Map<string, HourCounts>;
  profiles: Map<string, HourProfile>;
}

/** What is believed of one person in one hour. */
export interface HourBelief {
  /** How responsive, as a multiple of the average. */
  factor: number;
  /** Relative variance of what is believed of others in this hour, and of this person beside them. */
  variance: number;
  own: number;
  /** Response expected without knowing the person's hours; their responses around it beyond what was expected, and that. */
  moments: [expected: number, more: number, before: number];
}

/** Whose hours, and on which channel. */
export interface Whose {
  channel: string;
  segment?: string | undefined;
  zone: Zone;
  contacts: readonly Contact[];
  signals: readonly StoredSignal[];
}

/**
 * How responsive persons are by the hour of their week: everybody's profile, the channel's held to that, a segment's to the
 * channel's, and the person's own to those, each as far as they were found to differ.
 */
export class HourModel {
  readonly #sums: HourSums;
  readonly #reactions: ReadonlySet<string>;
  #learned: { hour: number; learned: Learned } | undefined;

  constructor(sums: HourSums, reactions: readonly string[]) {
    this.#sums = sums;
    this.#reactions = new Set(reactions);
  }

  /** What was learned, as of a time: with every hour more of it can be judged. */
  learnedAt(now: number): Learned {
    const hour = Math.floor(now / HOUR_MS);
    if (this.#learned?.hour !== hour) this.#learned = { hour, learned: learn(this.#sums, hour * HOUR_MS) };
    return this.#learned.learned;
  }

  /** The profile of persons of a segment on a channel, and their average response. */
  profileAt(now: number, channel: string, segment = ''): { rate: number; profile: HourProfile } {
    const { channels, everybody } = this.learnedAt(now);
    const known = channels.get(channel);
    if (!known) return { rate: FIRST.rate, profile: everybody };
    const counts = segment === '' ? undefined : known.segments.get(segment);
    if (!counts) return known;
    let profile = known.profiles.get(segment);
    if (!profile) known.profiles.set(segment, (profile = profileOfSome(known.profile, counts)));
    return { rate: known.rate, profile };
  }

  /** What is believed of a person in any hour of the week. */
  believe({ channel, segment, zone, contacts, signals }: Whose, now: number): (hour: number) => HourBelief {
    const { rate, profile } = this.profileAt(now, channel, segment);
    const { person } = this.learnedAt(now);
    const past = { contacts, signals, reactions: this.#reactions, now };
    const own = expectations(ownHours(past, zone), rate, profile);
    return (hour) => {
      const { found, expected } = own.around(hour);
      return {
        factor: (profile.factor[hour]! * (person + found)) / (person + expected),
        variance: profile.variance[hour]!,
        own: 1 / (person + found),
        moments: [own.expected(hour), found - expected, expected],
      };
    };
  }
}

/** What was expected of a person's messages so far, given how responsive they are altogether. */
function expectations(
  { hours, responded }: OwnHours,
  rate: number,
  { factor }: HourProfile,
): {
  expected: (hour: number) => number;
  around: (hour: number) => { found: number; expected: number };
} {
  const usual = hours.reduce((sum, { hour, sent }) => sum + sent * rate * factor[hour]!, 0);
  const overall = (rate * (OVERALL + responded)) / (OVERALL + usual);
  const expected = (hour: number): number => Math.min(SURE, overall * factor[hour]!);
  return {
    expected,
    around(hour) {
      let [found, of] = [0, 0];
      for (const own of hours) {
        const alike = ALIKE[hour * WEEK_HOURS + own.hour]!;
        found += alike * own.responded;
        of += alike * own.sent * expected(own.hour);
      }
      return { found, expected: of };
    },
  };
}

function learn(sums: HourSums, now: number): Learned {
  const channels = new Map<string, Map<string, HourCounts>>();
  let [above, below] = [PERSON.weight / PERSON.guess, PERSON.weight];
  eachCell(sums, now, ([sent, responded, foundMore, expectedMore, square], hour, channel, segment) => {
    let segments = channels.get(channel);
    if (!segments) channels.set(channel, (segments = new Map<string, HourCounts>()));
    let counts = segments.get(segment);
    if (!counts) segments.set(segment, (counts = noCounts()));
    counts.sent[hour]! += sent;
    counts.responded[hour]! += responded;
    above += foundMore - expectedMore;
    below += square;
  });
  const rates = new Map<string, number>();
  const pooled = new Map<string, HourCounts>();
  for (const [channel, segments] of channels) {
    const counts = [...segments.values()];
    const rate = rateOf(counts, FIRST.rate);
    rates.set(channel, rate);
    pooled.set(channel, joined(counts, rate));
  }
  const everybody = profileOfAll(joined([...pooled.values()]));
  const named = [...channels].map(([channel, segments]): [string, Channel] => {
    const profile = channels.size === 1 ? everybody : profileOfSome(everybody, pooled.get(channel)!);
    return [channel, { rate: rates.get(channel)!, profile, segments, profiles: new Map() }];
  });
  return { everybody, channels: new Map(named), person: held(below / above) };
}

const sum = (numbers: Float64Array): number => numbers.reduce((total, n) => total + n, 0);

/** Share of some messages that was responded to, held to another. */
function rateOf(counts: readonly HourCounts[], first: number): number {
  let [sent, responded] = [FIRST.weight, FIRST.weight * first];
  for (const own of counts) {
    sent += sum(own.sent);
    responded += sum(own.responded);
  }
  return responded / sent;
}

/**
 * Counts of several groups as one. Messages count as the responses that their group gives on average, or the hours of a group that
 * responds more would be taken for better ones.
 */
function joined(groups: readonly HourCounts[], first = 1): HourCounts {
  const all = noCounts();
  for (const { sent, responded } of groups) {
    const rate = groups.length === 1 ? 1 : rateOf([{ sent, responded }], first);
    for (let hour = 0; hour < WEEK_HOURS; hour++) {
      all.sent[hour]! += rate * sent[hour]!;
      all.responded[hour]! += responded[hour]!;
    }
  }
  return all;
}
