import type { Answering } from '../../../core/domain/answering.ts';
import type { Cap, Programme, Variant } from '../../../core/domain/programme.ts';
import { DAY, HOUR } from '../programmes.ts';
import { dayThere, quietAt } from './clocks.ts';
import { cents } from './limits.ts';

/** A message that went out, or is to. */
export interface Message {
  /** Its decision; of another tool's, the event that told of it. */
  key: string;
  who: string;
  channel: string;
  /** Absent: another tool's. */
  programme?: string | undefined;
  variant?: Variant | undefined;
  /** When it was decided, when it was to go out, and when it did as far as anybody told, ms since 1970. */
  decidedAt: number;
  plannedAt: number;
  at: number;
  /** When nobody waits any longer to be told that it went out. */
  releases: number;
  sent: boolean;
  /** The latest time at which it was told to be sent. */
  sentAt?: number | undefined;
  aborted: boolean;
}

export interface Said {
  name: string;
  at: number;
  machine: boolean;
}

/** All that bears on one question about one person. */
export interface Known {
  /** When the message would go out at the soonest, and when it is decided on. */
  now: number;
  asOf: number;
  /** The person's, and those of the programme to anybody. */
  messages: readonly Message[];
  ofAll: readonly Message[];
  said: readonly Said[];
  zone: string;
  /** Most contacts in `perDays` days; of a programme that declares a frequency. */
  target: number;
}

/** One rule of a programme: whether it is against a message with a variant at some time. */
export interface Rule {
  name: string;
  text: string;
  objects: (variant: Variant, at: number, known: Known) => boolean;
  /** Of what all persons share nobody knows when there is enough again. */
  shared?: boolean;
}

const stands =
  (at: number) =>
  (own: Message): boolean =>
    own.sent || (!own.aborted && own.releases > at);

/** The last time at which a message may go out: one that nobody told of may until it is released. */
const latest = ({ sent, releases, at }: Pick<Message, 'sent' | 'releases' | 'at'>): number =>
  sent || releases === Infinity ? at : releases;

/** Whether with one more of a programme at some time there may come to be more than so many in less than so long. */
function tooMany(
  others: readonly Message[],
  at: number,
  { count, hours, of }: { count: number; hours: number; of: Programme },
): boolean {
  const span = hours * HOUR;
  const [ends, last] = [others.map(latest), at + (of.guardrails.releaseAfterHours ?? 0) * HOUR];
  // a span that holds the most begins with the last time at which one of them may go out
  return [...ends, last].some((from) => {
    if (at >= from + span || last < from) return false;
    return others.filter((one, i) => one.at < from + span && ends[i]! >= from).length >= count;
  });
}

function counts(own: Programme, cap: Cap, variant: Variant) {
  return ({ channel, programme, variant: its }: Message): boolean => {
    if (cap.channel !== undefined && channel !== cap.channel) return false;
    if (cap.per === 'person') return true;
    if (programme !== own.id) return false;
    return !cap.per.endsWith('variant') || its?.id === variant.id;
  };
}

/** Found once for each question, whichever variant and time it is asked of. */
function once<T>(find: (known: Known) => T): (known: Known) => T {
  const found = new WeakMap<Known, T>();
  return (known) => {
    let own = found.get(known);
    if (own === undefined) found.set(known, (own = find(known)));
    return own;
  };
}

/** A cap on a signal, which counts what was said and not what was sent. */
function signalRule({ signal, count, hours }: Cap): Rule['objects'] {
  return (_, at, { said }) => {
    const since = at - hours * HOUR;
    return said.filter((one) => one.name === signal && !one.machine && one.at > since).length >= count;
  };
}

function personRule(own: Programme, cap: Cap): Rule['objects'] {
  return (variant, at, { messages, asOf }) => {
    const some = messages.filter((one) => stands(asOf)(one) && counts(own, cap, variant)(one));
    return tooMany(some, at, { ...cap, of: own });
  };
}

/** What all persons share is taken from the decision on, until the window that the message is in has passed. */
function sharedRule(own: Programme, cap: Cap): Rule['objects'] {
  const { channel, hours, count } = cap;
  const taken = once(({ ofAll, asOf }) => {
    const some = ofAll.filter((one) => stands(asOf)(one) && latest(one) + hours * HOUR > asOf);
    return some.filter((one) => channel === undefined || one.channel === channel);
  });
  return (variant, _, known) => taken(known).filter(counts(own, cap, variant)).length >= count;
}

function capRule(own: Programme, cap: Cap): Rule {
  const shared = !cap.per.startsWith('person');
  const rule = shared ? sharedRule(own, cap) : personRule(own, cap);
  const objects: Rule['objects'] = cap.signal === undefined ? rule : signalRule(cap);
  const of: Rule['objects'] = (variant, ...given) =>
    (cap.channel === undefined || cap.channel === variant.channel) && objects(variant, ...given);
  return { name: 'caps', text: JSON.stringify(cap), objects: of, shared };
}

const spent = (some: readonly Message[]): number =>
  some.reduce((sum, { variant }) => sum + cents(variant?.cost), 0);

function budgetRules(own: Programme): Rule[] {
  if (!own.guardrails.budget) return [];
  const { perDay = Infinity, total = Infinity, zone = 'UTC' } = own.guardrails.budget;
  const taken = once(({ ofAll, asOf }) => ofAll.filter(stands(asOf)));
  const onDays = once((known) => Map.groupBy(taken(known), ({ plannedAt }) => dayThere(zone, plannedAt)));
  const all = once((known) => spent(taken(known)));
  const objects: Rule['objects'] = ({ cost }, at, known) => {
    if (!cost) return false;
    const day = spent(onDays(known).get(dayThere(zone, at)) ?? []);
    return day + cents(cost) > cents(perDay) || all(known) + cents(cost) > cents(total);
  };
  return [{ name: 'budget', text: 'budget', objects, shared: true }];
}

/** When the person last did something with a message on a channel, or what the goal is in favour of. */
const reacted = (own: Programme, { channel }: Variant, { said }: Known): number =>
  Math.max(
    -Infinity,
    ...said
      .filter(
        ({ name, machine }) =>
          !machine &&
          (name === `${channel}_opened` ||
            own.goal.signals.some(({ signal, weight }) => signal === name && weight > 0)),
      )
      .map(({ at }) => at),
  );

function restRules(own: Programme): Rule[] {
  const { restAfterSignal = [], suppressAfterIgnored: ignored } = own.guardrails;
  const after = restAfterSignal.map(({ signal, hours }): Rule => {
    const objects: Rule['objects'] = (_, at, { said }) =>
      said.some((one) => one.name === signal && !one.machine && at < one.at + hours * HOUR);
    return { name: 'suppression', text: signal, objects };
  });
  const objects: Rule['objects'] = (variant, at, known) => {
    const since = reacted(own, variant, known);
    const some = known.messages.filter(
      (one) => stands(known.asOf)(one) && one.channel === variant.channel && one.at > since && one.at <= at,
    );
    const last = Math.max(...some.map((one) => one.at));
    return some.length >= ignored!.count && at < last + ignored!.hours * HOUR;
  };
  return ignored ? [...after, { name: 'suppression', text: 'ignored', objects }] : after;
}

/** All rules of a programme, in the order in which they speak, each a second reading of docs/programmes.md and docs/timing.md. */
export function rulesOf(own: Programme): Rule[] {
  const { quietHours: quiet, caps = [] } = own.guardrails;
  const open = ({ startsAt, endsAt }: Variant, at: number): boolean =>
    (startsAt === undefined || at >= Date.parse(startsAt)) &&
    (endsAt === undefined || at < Date.parse(endsAt));
  const all = caps.map((cap) => capRule(own, cap));
  const { perDays = 0 } = own.frequency ?? {};
  const often: Rule['objects'] = (_, at, { messages, target, asOf }) => {
    const some = messages.filter((one) => stands(asOf)(one) && one.programme === own.id);
    return tooMany(some, at, { count: target, hours: 24 * perDays, of: own });
  };
  return [
    { name: 'dates', text: 'dates', objects: (variant, at) => !open(variant, at) },
    {
      name: 'quiet-hours',
      text: 'quiet hours',
      objects: ({ channel }, at, { zone }) =>
        quiet !== undefined && quiet.channels?.includes(channel) !== false && quietAt(quiet, zone, at),
    },
    ...restRules(own),
    ...all.filter(({ shared }) => !shared),
    ...all.filter(({ shared }) => shared),
    ...(own.frequency ? [{ name: 'frequency', text: 'frequency', objects: often }] : []),
    ...budgetRules(own),
  ];
}

const made = (own: Programme, { messages, now }: Known): Message[] =>
  messages
    .filter((one) => stands(now)(one) && one.programme === own.id && one.at <= now)
    .sort((a, b) => a.at - b.at);

/** Whether a person had too few messages for silence to be chosen. */
export const isOwed = (own: Programme, known: Known): boolean =>
  own.frequency !== undefined &&
  made(own, known).filter((one) => latest(one) > known.now - own.frequency!.perDays * DAY).length <
    own.frequency.least;

/** How many messages a person is to have, by how readily they answered those they had. */
export function targetOf(own: Programme, known: Known, { goal, rate }: Answering): number {
  const { least, most } = own.frequency!;
  let [answered, expected] = [0, 0];
  for (const [i, { at }] of made(own, known).entries()) {
    const next = made(own, known)[i + 1]?.at ?? Infinity;
    const isAnswer = (one: Said): boolean =>
      one.name === goal.signal &&
      !one.machine &&
      one.at >= at &&
      one.at < next &&
      one.at < at + goal.windowHours * HOUR;
    const answer = known.said.some(isAnswer);
    if (!answer && known.now - at < DAY) continue;
    const weight = 0.5 ** ((known.now - at) / (30 * DAY));
    answered += answer ? weight : 0;
    expected += weight * rate;
  }
  const wanted = Math.round((((1 + answered) / (1 + expected)) * (least + most)) / 2);
  return Math.max(least, Math.min(most, wanted));
}
