import type { DomainEvent, SignalEvent } from '../../core/domain/event.ts';
import type { PersonRef } from '../../core/domain/person.ts';
import type { Decision, DecideRequest } from '../../core/domain/decision.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { below, pick } from './chance.ts';
import type { EngineRig } from './engine-rig.ts';
import { DAY, HOUR, NOON } from './programmes.ts';

/** A request to come. */
export interface Ask {
  human: number;
  at: number;
  programme: string;
  person: PersonRef;
  send: string;
  context: DecideRequest['context'];
}

/** What one signal will be: decisions it names are known only once they are made. */
export interface Happening {
  human: number;
  event: DomainEvent;
  /** Number of the request whose decision the event names. */
  names?: number;
}

export interface Traffic {
  asks: Ask[];
  happenings: Happening[];
}

/** The ids of one human: known by name on one device, nameless on two others, until somebody tells. */
export const idsOf = (human: number): PersonRef[] => [
  { userId: `u${human}` },
  { anonymousId: `a${human}` },
  { email: `h${human}@example.com` },
];

const SIGNALS = [
  ...['Order Completed', 'Order Completed', 'Order Completed', 'Order Refunded'],
  ...['email_clicked', 'unsubscribed', 'Page Viewed'],
];

function signal(rng: Xoshiro, id: string, human: number, asks: readonly Ask[]): Happening {
  const own = asks.flatMap((ask, i) => (ask.human === human ? [i] : []));
  const named = own.length > 0 && rng.uniform() < 0.3 ? pick(rng, own) : undefined;
  const event: SignalEvent = {
    type: 'signal',
    source: pick(rng, ['segment', 'braze']),
    id,
    at: NOON + below(rng, 30 * DAY),
    person: pick(rng, idsOf(human)),
    name: pick(rng, SIGNALS),
    values: { revenue: below(rng, 700) + rng.uniform() },
    orderId: rng.uniform() < 0.4 ? `order ${below(rng, 4)}` : undefined,
    machine: rng.uniform() < 0.1 ? true : undefined,
    send: own.length > 0 && rng.uniform() < 0.2 ? asks[pick(rng, own)]!.send : undefined,
  };
  return { human, event, names: named };
}

/** What tells that the ids of a human are one, if anything does. @param share how often each is told */
export function introductions(
  rng: Xoshiro,
  human: number,
  { traits, share }: { traits: () => Record<string, string>; share: number },
): DomainEvent[] {
  const [user, device, mail] = idsOf(human);
  const at = NOON + below(rng, 60 * DAY);
  const alias: DomainEvent = {
    ...{ type: 'alias', source: 'segment', id: `alias ${human}`, at },
    ...{ person: user!, previous: device! },
  };
  const identify: DomainEvent = {
    ...{ type: 'identify', source: 'segment', id: `identify ${human}`, at },
    ...{ person: { ...user, ...mail }, traits: traits() },
  };
  return [alias, identify].filter(() => rng.uniform() < share);
}

/** What a request says: levels that are declared, one that is not, nothing at all; numbers as numbers and as text. */
function contextOf(rng: Xoshiro): DecideRequest['context'] {
  const days = below(rng, 500);
  return pick<DecideRequest['context']>(rng, [
    {},
    { plan: 'free', days: days + rng.uniform() },
    { plan: 'pro', days: String(days) },
    { plan: 'another', days: 'many', page: 'start' },
    { days },
  ]);
}

/** People who are asked about under several ids over two weeks, and what they do in the month from then on. */
export function traffic(seed: number, programmes: readonly string[], humans = 8): Traffic {
  const rng = rngFromNumber(seed);
  const everybody = Array.from({ length: humans }, (_, i) => i);
  const asks = everybody
    .flatMap((human) =>
      Array.from({ length: 1 + below(rng, 5) }, (_, i) => ({
        human,
        at: NOON + below(rng, 14 * DAY),
        programme: pick(rng, programmes),
        person: pick(rng, idsOf(human)),
        send: `send ${human} ${i}`,
        context: contextOf(rngFromNumber(seed * 1_000 + human * 10 + i)),
      })),
    )
    .sort((a, b) => a.at - b.at);
  const happenings = everybody.flatMap((human) => [
    ...introductions(rng, human, { traits: () => ({ name: `Human ${human}` }), share: 0.7 }).map(
      (event): Happening => ({ human, event }),
    ),
    ...Array.from({ length: below(rng, 16) }, (_, i) => signal(rng, `signal ${human} ${i}`, human, asks)),
  ]);
  return { asks, happenings };
}

/** Makes the decisions in the order of time. */
export async function makeDecisions(rig: EngineRig, asks: readonly Ask[]): Promise<Decision[]> {
  const decisions: Decision[] = [];
  for (const { at, programme, person, send, context } of asks) {
    rig.clock.now = at;
    decisions.push(await rig.decide(person, { programme, send, context }));
  }
  rig.clock.now = NOON + 90 * DAY;
  return decisions;
}

/** The events, with the decisions they name. */
export function eventsOf({ happenings }: Traffic, decisions: readonly Decision[]): DomainEvent[] {
  return happenings.map(({ event, names }) => {
    const decision = names === undefined ? undefined : decisions[names];
    if (!decision || event.type !== 'signal') return event;
    // somewhere near the decision, a day of clock skew before it included
    const near = decision.at + ((event.at - NOON) % (10 * DAY)) - 20 * HOUR;
    return { ...event, decisionId: decision.id, at: near };
  });
}

export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const rng = rngFromNumber(seed);
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = below(rng, i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

/** Delivers some of the events twice, in any order, in batches of any size, and folds whenever it likes. */
export async function deliverMessily(
  rig: EngineRig,
  events: readonly DomainEvent[],
  seed: number,
): Promise<void> {
  const rng = rngFromNumber(seed);
  const twice = [...events, ...events.filter(() => rng.uniform() < 0.4)];
  const order = shuffled(twice, seed);
  while (order.length > 0) {
    await rig.engine.ingest(order.splice(0, 1 + below(rng, 12)));
    if (rng.uniform() < 0.5) await rig.folder.catchUp();
  }
  await rig.folder.catchUp();
}
