import type { Programme } from '../../../core/domain/programme.ts';
import { programme, variant } from '../programmes.ts';

const [BERLIN, LOS_ANGELES] = ['Europe/Berlin', 'America/Los_Angeles'];

/** Codes of the pool `spring`, too few for so many decisions. */
export const codesFor = (decisions: number): string[] =>
  Array.from({ length: Math.ceil(decisions / 40) }, (_, i) => `CODE-${i}`);

/** Programmes with limits of every kind, several at once, scarce over so many decisions. */
export const limited = (decisions: number): Programme[] => [
  programme({
    id: 'first',
    variants: [
      variant('a', { cost: 0.3 }),
      variant('b', { cost: 0.1, coupon: 'spring' }),
      variant('c', { cost: 0.07, channel: 'sms' }),
    ],
    guardrails: {
      caps: [
        { per: 'programme', count: 170, hours: 2 },
        { per: 'person', channel: 'email', count: 3, hours: 48 },
        { per: 'person-programme', count: 4, hours: 72 },
        { per: 'programme', channel: 'sms', count: 30, hours: 1 },
        { per: 'person-variant', count: 2, hours: 24 },
        { per: 'variant', count: 70, hours: 2 },
      ],
      budget: { perDay: 18, total: decisions * 0.02, zone: BERLIN },
      releaseAfterHours: 6,
    },
  }),
  programme({
    id: 'second',
    variants: [
      variant('code', { coupon: 'spring' }),
      variant('call', { channel: 'sales', content: {}, route: { queue: 'sales', value: 3 } }),
      variant('note', { channel: 'push' }),
    ],
    guardrails: {
      caps: [
        { per: 'person', count: 5, hours: 24 },
        { per: 'person', signal: 'Order Completed', count: 2, hours: 72 },
        { per: 'person', channel: 'push', signal: 'Order Completed', count: 1, hours: 9 },
        { per: 'person', channel: 'push', signal: 'email_opened', count: 2, hours: 30 },
      ],
      queues: {
        sales: { perDay: 900, zone: LOS_ANGELES, atOnce: 90, hours: 4, givenBackBy: ['call_completed'] },
      },
      releaseAfterHours: 1,
    },
  }),
  // hands over to the same people, and lets them have less
  programme({
    id: 'third',
    variants: [
      variant('call', { channel: 'sales', content: {}, cost: 1, route: { queue: 'sales' } }),
      variant('sms', { channel: 'sms', cost: 0.05 }),
    ],
    guardrails: {
      caps: [
        { per: 'person-variant', count: 1, hours: 12 },
        { per: 'person', channel: 'sms', count: 2, hours: 36 },
        { per: 'variant', channel: 'sms', count: 50, hours: 5 },
      ],
      budget: { perDay: 20, zone: 'UTC' },
      queues: { sales: { atOnce: 70, hours: 3 } },
    },
  }),
];

/** The same where one lets a person have a single message in some hours, whoever sent it. */
export const tight = (decisions: number): Programme[] =>
  limited(decisions).map((own) => {
    const { caps = [] } = own.guardrails;
    if (own.id !== 'second') return own;
    return {
      ...own,
      guardrails: { ...own.guardrails, caps: [...caps, { per: 'person', count: 1, hours: 3 }] },
    };
  });
