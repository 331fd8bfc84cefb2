import { expect, it } from 'vitest';
import type { Person } from '../../../core/domain/person.ts';
import { newPerson } from '../../../core/domain/person.ts';
import type { Cap } from '../../../core/domain/programme.ts';
import { PARTS } from '../../../core/domain/resource.ts';
import { check, firstObjection } from '../../../core/guardrails/check.ts';
import type { GuardContext } from '../../../core/guardrails/guardrail.ts';
import { needsOfAll } from '../../../core/guardrails/needs.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { compileRules } from '../../../runtime/engine/eligibility.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';

const rng = rngFromText('options that are asked about together');
const below = (n: number): number => Math.floor(rng.uniform() * n);
const pick = <T>(...of: readonly T[]): T => of[below(of.length)]!;
const RULES = 'approval dates consent eligibility quiet-hours suppression caps budget'.split(' ');
const LATER = new Date(NOON + DAY).toISOString();
const CHANNELS = ['email', 'sms', 'push'] as const;

function someCase(): GuardContext {
  const caps = Array.from({ length: below(4) }, (): Cap => ({
    per: pick('person', 'person-programme', 'person-variant'),
    channel: pick(undefined, ...CHANNELS),
    count: 1 + below(3),
    hours: 24 * (1 + below(4)),
  }));
  const own = programme({
    variants: Array.from({ length: 2 + below(6) }, (_, i) =>
      variant(`v${i}`, {
        channel: pick(...CHANNELS),
        eligible: pick(undefined, undefined, undefined, 'traits.age > 20'),
        ...pick({}, {}, {}, {}, { approval: undefined }, { contentHash: 'of something else' }),
        ...pick({}, {}, {}, {}, { startsAt: LATER }, { endsAt: LATER }),
        cost: pick(undefined, 1, 2),
      }),
    ),
    guardrails: {
      caps,
      eligible: pick(undefined, 'traits.age > 10'),
      eligibleByChannel: pick(undefined, { sms: 'traits.age > 30', push: 'has(traits.device)' }),
      consent: pick(undefined, { email: 'news', push: ['news', 'push'] }),
      quietHours: pick(undefined, { from: '11:00', to: '13:00', channels: ['sms'], fallbackZone: 'UTC' }),
      suppressAfterIgnored: pick(undefined, { count: 2, hours: 24 * 7 }),
      budget: pick(undefined, { total: 10 }),
    },
  });
  const contacts = Array.from({ length: below(7) }, (_, i) => ({
    ...{ person: 'p', at: NOON - below(4 * DAY), decision: `d${i}`, channel: pick(...CHANNELS) },
    ...{ programme: pick('welcome', 'other'), variant: `v${below(4)}` },
  }));
  const stamped = <T>(value: T) => ({ value, at: NOON - HOUR });
  const person = {
    ...newPerson('p', []),
    traits: { age: stamped(pick(5, 15, 25, 35)) },
    consent: pick(undefined, stamped({ news: true }), stamped({ news: true, push: true }), stamped({})),
    subscriptions: pick<Person['subscriptions']>({}, { sms: stamped('unsubscribed' as const) }),
  };
  const resources = new Map(
    needsOfAll(own).map(({ resource: key }) => {
      return [key, { key, taken: (7 + below(5)) * PARTS, asOf: NOON, codes: [] }];
    }),
  );
  const facts = { person, contacts, resources, now: NOON, blind: below(9) === 0 };
  return { programme: own, rules: compileRules(own), ...facts };
}

it('options that are checked together are told what each is told alone, in 3,000 random programmes', () => {
  const rules = new Map<string, number>();
  for (let i = 0; i < 3_000; i++) {
    const given = someCase();
    const alone = given.programme.variants.flatMap((own) => firstObjection(own, given) ?? []);
    const { allowed, dropped } = check(given);
    expect(dropped).toEqual(alone);
    expect(allowed.length + dropped.length).toBe(given.programme.variants.length);
    for (const { rule } of dropped) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  }
  for (const rule of RULES) {
    expect(rules.get(rule) ?? 0, rule).toBeGreaterThan(100);
  }
});
