import type { Delivered } from './message.ts';
import type { Send } from './people.ts';
import { chanceOf, emailOf, userId } from './people.ts';
import type { GoalSignal } from './programme.ts';
import { ORGANIC, SIGNALS, STAGED } from './programme.ts';

/** One event on its way back, as its platform writes it. */
export interface Feedback {
  source: 'sendgrid' | 'segment';
  /** The platform's own id of the event. */
  id: string;
  json: string;
  /** False for a kind of event that Pickwell acknowledges without using it. */
  used: boolean;
  /** Whom it takes off the list. */
  unsubscribes?: number;
}

/** What one send caused. */
export interface Reaction {
  feedback: Feedback[];
  /** Goal signals that belong to the send, each once however often it is reported. */
  signals: Set<GoalSignal>;
}

const RATES = {
  opens: 0.3,
  machineOpens: 0.25,
  clicksAgain: 0.2,
  unsubscribes: 0.005,
  ordered: 0.02,
  reportedTwice: 0.05,
};
const TWO_DAYS_MS = 2 * 86_400_000;

/** The dice of one send, all thrown whatever was sent: another variant changes what they mean and nothing else. */
function throwDice(seed: number, send: Send) {
  const rng = chanceOf(seed, 'behaviour', send);
  const [organic, click, order, open, machine] = Array.from({ length: 5 }, () => rng.uniform());
  const [again, unsubscribe, before, twice, revenue] = Array.from({ length: 5 }, () => rng.uniform());
  return { organic, click, order, open, machine, again, unsubscribe, before, twice, revenue } as Record<
    | 'organic'
    | 'click'
    | 'order'
    | 'open'
    | 'machine'
    | 'again'
    | 'unsubscribe'
    | 'before'
    | 'twice'
    | 'revenue',
    number
  >;
}

/** How long a message has been there when it is looked at, in ms: who clicks with its delivery is taken for a scanner. */
const THERE_MS = 60_000;

function mailEvents(send: Send, { decision, link }: Delivered, at: number) {
  const message = `${send.wave}.${send.person}`;
  let number = 0;
  return (event: string, more: { before?: number; [field: string]: unknown } = {}): Feedback => {
    const { before = 0, ...fields } = more;
    number += 1;
    const id = `sg-${message}-${number}`;
    const json = JSON.stringify({
      email: emailOf(send.person),
      // SendGrid tells whole seconds, so an event may seem older than its message
      timestamp: Math.floor((at - before) / 1000),
      event,
      sg_event_id: id,
      sg_message_id: `${message}.recvd`,
      useragent: 'Mozilla/5.0',
      pickwell_decision_id: decision,
      pickwell_user_id: userId(send.person),
      ...(event === 'click' && { url: link }),
      ...fields,
    });
    return { source: 'sendgrid', id, json, used: true };
  };
}

function orderEvent(send: Send, name: string, at: number, revenue: number): (copy: number) => Feedback {
  const order = `order-${send.wave}-${send.person}-${name}`;
  return (copy) => {
    const id = `msg-${order}-${copy}`;
    const properties = {
      order_id: order,
      revenue,
      currency: 'EUR',
      products: [{ product_id: 'p-1', quantity: 1 }],
    };
    const json = JSON.stringify({
      type: 'track',
      event: SIGNALS.order,
      messageId: id,
      userId: userId(send.person),
      timestamp: new Date(at).toISOString(),
      properties,
    });
    return { source: 'segment', id, json, used: true };
  };
}

/** What a person does with what they were sent, or without it; `at` is the time it happens, ms since 1970. */
export function react(seed: number, send: Send, delivered: Delivered, at: number): Reaction {
  const dice = throwDice(seed, send);
  const feedback: Feedback[] = [];
  const signals = new Set<GoalSignal>();
  const truth = delivered.variant === undefined ? undefined : STAGED[delivered.variant]?.truth;
  const clicks = truth !== undefined && dice.click < truth.click;
  if (truth) {
    const event = mailEvents(send, delivered, at);
    const before = THERE_MS;
    feedback.push(event('processed', { before }), event('delivered', { before, response: '250 OK' }));
    if (dice.machine < RATES.machineOpens) feedback.push(event('open', { sg_machine_open: true }));
    if (clicks || dice.open < RATES.opens) feedback.push(event('open', { sg_machine_open: false }));
    if (clicks) {
      signals.add(SIGNALS.click);
      feedback.push(event('click'));
      if (dice.again < RATES.clicksAgain) feedback.push(event('click'));
    }
    if (dice.unsubscribe < RATES.unsubscribes) {
      feedback.push({ ...event('unsubscribe'), unsubscribes: send.person });
    }
  }
  if (dice.organic < ORGANIC || (truth && clicks && dice.order < truth.order)) {
    signals.add(SIGNALS.order);
    const report = orderEvent(send, 'now', at, Math.round(2_000 + 10_000 * dice.revenue) / 100);
    feedback.push(report(1));
    if (dice.twice < RATES.reportedTwice) feedback.push(report(2));
  }
  // an order from before the message is nobody's doing: it arrives late and must not count
  if (dice.before < RATES.ordered) feedback.push(orderEvent(send, 'before', at - TWO_DAYS_MS, 30)(1));
  return { feedback, signals };
}
