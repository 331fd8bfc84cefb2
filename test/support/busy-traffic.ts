import type { Decision, DecideRequest } from '../../core/domain/decision.ts';
import { compose } from '../../core/decide/compose.ts';
import type { DomainEvent, SignalEvent } from '../../core/domain/event.ts';
import { SIGNAL } from '../../core/domain/event.ts';
import type { PersonRef } from '../../core/domain/person.ts';
import type { Programme, Variant } from '../../core/domain/programme.ts';
import { hasSlots } from '../../core/domain/slots.ts';
import type { TimingRecord } from '../../core/domain/timing.ts';
import { sinceKey } from '../../core/learn/features/freshness.ts';
import { mayKey, sleepersOf } from '../../core/learn/features/sleepers.ts';
import { learnedNumbers } from '../../core/learn/ranges.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { evenly } from '../../core/slots/chooser.ts';
import { Combinations } from '../../core/slots/combinations.ts';
import { hourOfWeek, weekOf } from '../../core/timing/times.ts';
import { toAliases } from '../../runtime/engine/asked.ts';
import type { Spooled } from '../../runtime/engine/spool.ts';
import { below, pick } from './chance.ts';
import { DAY, HOUR, NOON } from './programmes.ts';
import type { EngineRig } from './engine-rig.ts';
import { idsOf, introductions, shuffled } from './traffic.ts';

/* Decisions and what came of them as one would find them on record, of programmes of any kind: every choice is by chance, so that
   nothing depends on what was learned. */

const DAYS = 28;
/** All decisions were made before, ms since 1970. */
export const OVER = NOON + (DAYS + 3) * DAY;

export interface Busy {
  /** In order of time. */
  decisions: (Spooled & { human: number; person: PersonRef })[];
  happenings: { human: number; event: DomainEvent }[];
}

const often = (rng: Xoshiro, share: number): boolean => rng.uniform() < share;

/** What a request said, and what was known of the person: levels that are declared and others, numbers as text, nothing at all. */
function contextOf(rng: Xoshiro, programme: Programme): DecideRequest['context'] {
  const all: DecideRequest['context'] = {
    plan: pick(rng, ['free', 'pro', 'another', '']),
    days: pick(rng, [below(rng, 500), String(below(rng, 365)), 'many', -1e9]),
    spent: Math.round(10 ** (5 * rng.uniform() ** 2)) * (often(rng, 0.05) ? -1 : 1),
    since: Math.round(220_800 * rng.uniform()) / 100,
    often: below(rng, 7),
    ready: Math.round(300 * rng.uniform()) / 100,
    response: pick(rng, ['none', 'ignored', 'opened', 'clicked', 'goal']),
    page: 'start',
  };
  for (const { id } of programme.variants) all[sinceKey(id)] = Math.round(50_000 * rng.uniform()) / 100;
  for (const { id } of sleepersOf(programme)) all[mayKey(id)] = often(rng, 0.5);
  return Object.fromEntries(Object.entries(all).filter(([name]) => name === 'spent' || often(rng, 0.8)));
}

function timingOf(rng: Xoshiro, programme: Programme, { channel }: Variant, at: number) {
  if (!programme.timing) return {};
  const sendAt = often(rng, 0.3)
    ? at
    : (Math.floor(at / HOUR) + 1 + below(rng, programme.timing.horizonHours)) * HOUR;
  const own = [1, 2, 3].map(() => below(rng, 2_048) / 1_024) as [number, number, number];
  const planned = {
    ...{ week: weekOf(sendAt), hour: hourOfWeek(sendAt), channel },
    ...(often(rng, 0.5) && { segment: 'traits.country=DE' }),
    ...(often(rng, 0.6) && { own }),
  };
  const timing: TimingRecord = { zone: 'UTC', candidates: 1, pruned: {}, cut: 0, planned };
  return { timing, ...(sendAt !== at && { sendAt }) };
}

function decisionOf(
  rng: Xoshiro,
  programme: Programme,
  { id, at, arm }: Pick<Decision, 'id' | 'at' | 'arm'>,
): Decision {
  const { variants, silence } = programme;
  const variant = silence && often(rng, 0.2) ? undefined : pick(rng, variants);
  const option = variant?.id ?? 'silence';
  const eligible = [{ option, propensity: 1, score: 0 }];
  const message = variant && hasSlots(variant) && compose(variant, evenly(new Combinations(variant)), rng);
  return {
    ...{ id, programme: programme.id, programmeVersion: 1, person: '', sendKey: id, send: `send ${id}`, at },
    ...{ action: variant ? 'send' : 'silence', option, variant: option, channel: variant?.channel },
    ...(message && { pieces: message.pieces }),
    ...{ reason: arm === 'holdout' ? 'holdout' : 'policy', rung: 'full', arm, learn: arm === 'treated' },
    ...{ propensity: 1, eligible, dropped: [], modelVersion: 0, policy: 'chance', seed: '' },
    context: contextOf(rng, programme),
    ...(variant && timingOf(rng, programme, variant, at)),
  };
}

/** So many of a range are learned, and of a change that is noticed. */
const decisionsFor = (programme: Programme): number =>
  learnedNumbers(programme).length > 0 ? 5 : programme.id === 'weighted' ? 7 : 2;

/** The decisions for one human; of the first one some are the last of all. */
function decisionsOf(rng: Xoshiro, human: number, programmes: readonly Programme[]): Decision[] {
  return programmes.flatMap((programme) => {
    const arm = often(rng, 0.1) ? 'holdout' : 'treated';
    return Array.from({ length: decisionsFor(programme) + below(rng, 3) }, (_, i) => {
      const late = human === 0 && i === 0 && often(rng, 0.7);
      const at = NOON + (late ? DAYS * DAY + below(rng, 3 * DAY) : below(rng, DAYS * DAY));
      return decisionOf(rng, programme, { id: `dec_${human} ${programme.id} ${i}`, at, arm });
    });
  });
}

/** What comes of one decision, under any id of the human. */
class Aftermath {
  readonly #rng: Xoshiro;
  readonly #human: number;
  readonly events: SignalEvent[] = [];

  constructor(rng: Xoshiro, human: number) {
    this.#rng = rng;
    this.#human = human;
  }

  #tell(name: string, at: number, more: Partial<SignalEvent> = {}): void {
    const [rng, human] = [this.#rng, this.#human];
    const person = pick<PersonRef>(rng, idsOf(human));
    const id = `${name} ${human} ${this.events.length}`;
    this.events.push({ type: 'signal', source: 'braze', id, at, person, name, values: {}, ...more });
  }

  of({ id, send, at, sendAt = at, option, programme, channel }: Decision): void {
    const rng = this.#rng;
    const named = pick<Partial<SignalEvent>>(rng, [{ decisionId: id }, { send }, {}]);
    const soon = (): number => sendAt + below(rng, 3 * DAY);
    // what clicks come of changes in the middle
    const clicks =
      programme === 'weighted' ? (at < NOON + (DAYS / 2) * DAY ? 0.02 : 0.95) : option === 'a' ? 0.4 : 0.2;
    if (channel === 'email') this.#tell(SIGNAL.delivered, sendAt + below(rng, HOUR), { send });
    if (often(rng, clicks)) this.#tell(SIGNAL.clicked, soon(), { send });
    if (often(rng, 0.1)) this.#tell(channel === 'push' ? 'push_opened' : SIGNAL.opened, soon(), named);
    if (often(rng, 0.15)) this.#order(soon(), named);
    if (often(rng, 0.03)) this.#tell(SIGNAL.unsubscribed, soon(), named);
    if (often(rng, 0.06)) this.#scan(soon(), { send, decisionId: id });
  }

  /** Clicks with the delivery, or three at once; one the platform knows of. */
  #scan(at: number, named: Partial<SignalEvent>): void {
    const rng = this.#rng;
    if (often(rng, 0.3)) this.#tell(SIGNAL.clicked, at, { ...named, machine: true });
    else if (often(rng, 0.5)) for (const ms of [0, 500, 900]) this.#tell(SIGNAL.clicked, at + ms, named);
    else
      for (const name of [SIGNAL.clicked, SIGNAL.delivered]) this.#tell(name, at + below(rng, 5_000), named);
  }

  /** An order: told by two platforms, taken back in part, as a whole, or in two parts. Now and then one is worth a thousand times as much. */
  #order(at: number, named: Partial<SignalEvent>): void {
    const rng = this.#rng;
    const revenue = (often(rng, 0.02) ? 1_000 : 1) * (20 + 400 * rng.uniform() ** 3);
    const orderId = often(rng, 0.8) ? `order ${this.#human} ${this.events.length}` : undefined;
    this.#tell('Order Completed', at, { ...named, values: { revenue }, orderId });
    if (orderId === undefined) return;
    if (often(rng, 0.2))
      this.#tell('Order Completed', at + below(rng, HOUR), {
        source: 'segment',
        values: { revenue: revenue / 1.19 },
        orderId,
      });
    if (often(rng, 0.6)) return;
    const later = (): number => at + below(rng, 20 * DAY);
    const parts = pick(rng, [[undefined], [revenue], [revenue / 3], [revenue / 3, revenue / 1.5]]);
    const name = pick(rng, ['Order Refunded', 'Order Cancelled']);
    for (const part of parts)
      this.#tell(name, later(), { values: part === undefined ? {} : { revenue: part }, orderId });
  }
}

/** Four weeks of people under several ids, and what they do. */
export function busy(seed: number, programmes: readonly Programme[], humans: number): Busy {
  const rng = rngFromNumber(seed);
  const traits = () => ({ loyal: pick(rng, ['yes', 'no']) });
  const decisions: Busy['decisions'] = [];
  const happenings: Busy['happenings'] = [];
  for (let human = 0; human < humans; human++) {
    const aftermath = new Aftermath(rng, human);
    for (const decision of decisionsOf(rng, human, programmes)) {
      const person = pick(rng, idsOf(human));
      decisions.push({ human, person, decision, aliases: toAliases(person) });
      aftermath.of(decision);
    }
    const events = [...introductions(rng, human, { traits, share: 0.8 }), ...aftermath.events];
    happenings.push(...events.map((event) => ({ human, event })));
  }
  decisions.sort((a, b) => a.decision.at - b.decision.at);
  return { decisions, happenings };
}

/** The same as if some human had never been there, nor orders that are named. */
export function without({ decisions, happenings }: Busy, gone: number, orders: ReadonlySet<string>): Busy {
  const others = <Of extends { human: number }>(all: readonly Of[]): Of[] =>
    all.filter(({ human }) => human !== gone);
  const isOf = ({ event }: Busy['happenings'][number]): boolean =>
    event.type === 'signal' && event.orderId !== undefined && orders.has(event.orderId);
  return { decisions: others(decisions), happenings: others(happenings).filter((own) => !isOf(own)) };
}

/** Some of the orders, by id. */
export const someOrders = ({ happenings }: Busy, seed: number): Set<string> => {
  const rng = rngFromNumber(seed);
  const ids = happenings.flatMap(({ event }) => (event.type === 'signal' ? (event.orderId ?? []) : []));
  return new Set([...new Set(ids)].filter(() => often(rng, 0.3)));
};

/** Takes whole orders back. */
export const refundsOf = ({ happenings }: Busy, orders: ReadonlySet<string>): DomainEvent[] =>
  happenings.flatMap(({ event }) => {
    if (event.type !== 'signal' || event.name !== 'Order Completed' || !orders.has(event.orderId ?? ''))
      return [];
    return [
      { ...event, id: `all of ${event.id}`, name: 'Order Refunded', at: event.at + 40 * DAY, values: {} },
    ];
  });

/** Delivers some of the events twice, in any order, in batches of any size, most of which are folded. */
export async function deliverAnyhow(
  rig: EngineRig,
  events: readonly DomainEvent[],
  seed: number,
): Promise<void> {
  const rng = rngFromNumber(seed);
  const order = shuffled([...events, ...events.filter(() => often(rng, 0.3))], seed);
  while (order.length > 0) {
    await rig.engine.ingest(order.splice(0, 1 + below(rng, 1 + below(rng, order.length))));
    if (often(rng, 0.7)) await rig.folder.catchUp();
  }
  await rig.folder.catchUp();
}
