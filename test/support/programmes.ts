import type { GoalSignal, Programme, Variant } from '../../core/domain/programme.ts';

/** A Monday noon in UTC, ms since 1970. */
export const NOON = Date.parse('2026-11-23T12:00:00Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An approved e-mail variant. */
export function variant(id: string, changes: Partial<Variant> = {}): Variant {
  const contentHash = `hash of ${id}`;
  return {
    id,
    channel: 'email',
    content: { subject: `Subject ${id}`, body: `<p>Body ${id}</p>` },
    contentHash,
    approval: { status: 'approved', contentHash, at: NOON - DAY, by: 'somebody' },
    ...changes,
  };
}

export const ORDER: GoalSignal = { signal: 'Order Completed', weight: 1, windowHours: 168 };
export const CLICK: GoalSignal = { signal: 'email_clicked', weight: 0.2, windowHours: 72 };
export const LEFT: GoalSignal = { signal: 'unsubscribed', weight: -5, windowHours: 168 };
export const REVENUE: GoalSignal = { ...ORDER, value: 'revenue', cap: 500, weight: 0.01 };

/** Two features and their cross. */
export const CONTEXT: Pick<Programme, 'context' | 'crosses'> = {
  context: {
    plan: { type: 'category', values: ['free', 'pro'] },
    days: { type: 'number', min: 0, max: 365 },
  },
  crosses: [['plan', 'days']],
};

/** A live programme of three approved e-mail variants whose goal is an order within a week. */
export function programme(changes: Partial<Programme> = {}): Programme {
  return {
    id: 'welcome',
    version: 1,
    name: 'Welcome',
    status: 'live',
    goal: { signals: [ORDER] },
    variants: [variant('a'), variant('b'), variant('c')],
    silence: false,
    policy: { kind: 'weighted-thompson' },
    guardrails: {},
    sendBucketHours: 24,
    ...changes,
  };
}
