import type { Programme } from '../../../core/domain/programme.ts';
import { DAY, LEFT, NOON, ORDER, programme, variant } from '../programmes.ts';
import { ITEMS, LETTER, slotted } from '../slots.ts';

const FIRST = programme({
  id: 'first',
  goal: { signals: [ORDER, LEFT] },
  silence: true,
  fallback: 'a',
  holdout: { kind: 'random', share: 0.1 },
  variants: [
    variant('a'),
    variant('b', { eligible: 'history.count("Order Completed", "3d") == 0 || context.plan == "pro"' }),
    variant('c', { channel: 'sms', endsAt: new Date(NOON + 3 * DAY).toISOString() }),
    variant('d', { approval: undefined }),
  ],
  guardrails: {
    eligible: 'traits.age >= 18.0 && !("blocked" in traits.tags)',
    eligibleByChannel: { sms: 'history.lastVariant() != "c" && traits["__proto__"].ok' },
    consent: { email: ['marketing', 'offers'] },
    caps: [
      { per: 'person', channel: 'email', count: 3, hours: 48 },
      { per: 'person-variant', count: 1, hours: 6 },
    ],
    quietHours: { from: '21:00', to: '07:00', channels: ['sms'], fallbackZone: 'UTC' },
    suppressAfterIgnored: { count: 2, hours: 24 },
    restAfterSignal: [{ signal: 'complained', hours: 12 }],
    releaseAfterHours: 5,
  },
  frequency: { perDays: 3, least: 1, most: 4 },
  fatigue: [
    { per: 'person', cost: 0.2, halfLifeHours: 7 },
    { per: 'variant', channel: 'email', cost: 0.3, halfLifeHours: 60 },
  ],
});
const SECOND = programme({
  id: 'second',
  context: {
    since: { type: 'number', min: 0, max: 720, from: 'hoursSinceContact' },
    often: { type: 'number', min: 0, max: 9, from: 'contactsIn', days: 7 },
    last: { type: 'category', values: ['ignored', 'opened', 'goal'], from: 'lastResponse' },
    age: { type: 'number', min: 12, max: 40, from: 'traits.age' },
  },
  policy: { kind: 'linear-thompson', recovering: true },
  holdout: { kind: 'business-as-usual', share: 0.1 },
  fallback: 'c',
  guardrails: {
    eligible: 'now - history.lastContact() > duration("2h")',
    caps: [{ per: 'person-programme', count: 2, hours: 700 }],
  },
});
/** What all persons share, and a holdout that is sent anything. */
const PAID = programme({
  id: 'paid',
  variants: [
    variant('gift', { cost: 0.3, coupon: 'spring' }),
    variant('note', { cost: 0.1 }),
    variant('call', { channel: 'sales', content: {}, route: { queue: 'sales' } }),
  ],
  holdout: { kind: 'random', share: 0.2 },
  arbitration: { priority: 3 },
  guardrails: {
    caps: [
      { per: 'programme', channel: 'email', count: 30, hours: 5 },
      { per: 'variant', count: 22, hours: 5 },
    ],
    budget: { perDay: 4, total: 150, zone: 'Europe/Berlin' },
    queues: { sales: { perDay: 90, zone: 'UTC', atOnce: 12, hours: 3, givenBackBy: ['Order Completed'] } },
    releaseAfterHours: 4,
  },
});
/** Planned ahead, by what is known of hours. */
const PLANNED = programme({
  id: 'planned',
  timing: {
    horizonHours: 24,
    stepHours: 3,
    mostOptions: 12,
    segment: { trait: 'traits.country', values: ['DE', 'FR'] },
  },
  silence: true,
  fallback: 'b',
  holdout: { kind: 'business-as-usual', share: 0.2 },
  guardrails: {
    caps: [{ per: 'person', channel: 'email', count: 3, hours: 20 }],
    quietHours: { from: '20:00', to: '09:00', defer: true, fallbackZone: 'Europe/Berlin' },
  },
  frequency: { perDays: 2, least: 0, most: 3 },
  fatigue: [{ per: 'person', cost: 0.1, halfLifeHours: 12 }],
});
/** Put together from pieces, and put off where it is quiet. */
const LETTERS = programme({
  id: 'letters',
  variants: [slotted('letter', LETTER), slotted('list', ITEMS)],
  holdout: { kind: 'random', share: 0.2 },
  arbitration: { lever: 55 },
  guardrails: {
    quietHours: { from: '22:00', to: '06:00', defer: true, fallbackZone: 'UTC' },
    restAfterSignal: [{ signal: 'Order Completed', hours: 3 }],
  },
});
export const RECORDED: readonly Programme[] = [FIRST, SECOND, PAID, PLANNED, LETTERS];

/** What somebody makes of the first in between. */
export const CHANGES: readonly ((own: Programme) => Programme)[] = [
  (own) => ({ ...own, guardrails: { ...own.guardrails, eligible: 'has(traits.age)' } }),
  (own) => ({ ...own, status: 'paused' }),
  (own) => ({ ...own, status: 'live', variants: own.variants.slice(0, 2) }),
];
