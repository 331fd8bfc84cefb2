import type { Contact, StoredSignal } from '../core/contracts/records.ts';
import type { ResourceFact } from '../core/contracts/resources.ts';
import { decide } from '../core/decide/decide.ts';
import { newPerson } from '../core/domain/person.ts';
import type { PolicyKind, Programme } from '../core/domain/programme.ts';
import { HOUR_MS } from '../core/domain/programme.ts';
import { check } from '../core/guardrails/check.ts';
import { keyAt, needsOfAll } from '../core/guardrails/needs.ts';
import { hourOf } from '../core/learn/blocks.ts';
import { linearSumsOf } from '../core/learn/linear-state.ts';
import type { ModelState } from '../core/learn/model.ts';
import { emptyState } from '../core/learn/model.ts';
import { rngFromNumber } from '../core/maths/xoshiro.ts';
import { liveOf } from '../runtime/engine/live.ts';
import { programmeSchema, toProgramme } from '../runtime/programmes/schema.ts';
import { approved } from './core.ts';
import type { Timed } from './timed.ts';
import { timed } from './timed.ts';

/** Noon where the person is. */
const NOON = Date.UTC(2026, 10, 24, 17);
const OPTIONS = 50;
const NUMBERS = 15;
const CATEGORIES = 5;

/** 20 features: numbers, and categories of one value that is there or not. */
const CONTEXT: NonNullable<Programme['context']> = {};
for (let i = 0; i < NUMBERS; i++) CONTEXT[`n${i}`] = { type: 'number', min: 0, max: 10 };
for (let i = 0; i < CATEGORIES; i++) CONTEXT[`c${i}`] = { type: 'category', values: ['yes'] };

/** Ten guardrails, all of which look at every option and object to none. */
const GUARDRAILS = {
  eligible: 'traits.age >= 18 && traits.country in ["DE", "FR"]',
  eligibleByChannel: { email: 'history.count("Order Completed", "30d") < 5' },
  consent: { email: 'news' },
  caps: [
    { per: 'person', channel: 'email', count: 20, hours: 168 },
    { per: 'person-variant', count: 3, hours: 720 },
    { per: 'person', signal: 'Order Completed', count: 9, hours: 720 },
  ],
  quietHours: { from: '21:00', to: '08:00', fallbackZone: 'Europe/Berlin' },
  suppressAfterIgnored: { count: 30, hours: 24 },
  restAfterSignal: [{ signal: 'complained', hours: 720 }],
  budget: { perDay: 1_000, zone: 'UTC' },
};

function programmeOf(kind: PolicyKind): Programme {
  const given = programmeSchema.parse({
    ...{
      id: 'bench',
      name: 'Bench',
      status: 'live',
      context: CONTEXT,
      guardrails: GUARDRAILS,
      policy: { kind },
    },
    goal: { signals: [{ signal: 'Order Completed', weight: 1, windowHours: 168 }] },
    variants: Array.from({ length: OPTIONS }, (_, i) => {
      return { id: `v${i}`, channel: 'email', content: { subject: `Subject ${i}` }, cost: 0.01 };
    }),
  });
  return approved(toProgramme(given));
}

const rng = rngFromNumber(20);
const contexts = Array.from({ length: 64 }, () => {
  return Object.fromEntries(
    Object.entries(CONTEXT).map(([name, { type }]) => [
      name,
      type === 'number' ? rng.uniform() * 10 : rng.uniform() < 0.5 ? 'yes' : 'no',
    ]),
  );
});

/** 200 trials of each option at rates of 1 to 5 %, in many contexts. */
function learned(programme: Programme): ModelState {
  const state = emptyState();
  const sums = linearSumsOf(programme);
  state.linear = sums.empty();
  for (const [i, { id: option }] of programme.variants.entries()) {
    for (let k = 0; k < 200; k++) {
      const trial = { option, context: contexts[k % contexts.length]!, hour: hourOf(NOON - HOUR_MS) };
      sums.addTrials(state.linear, trial, 1);
      if (rng.uniform() < 0.01 + (0.04 * i) / OPTIONS)
        sums.moveCredits(state.linear, trial, {}, { 'Order Completed': { worth: 1 } });
    }
  }
  return state;
}

const ago = (i: number): number => NOON - (i + 1) * 9 * HOUR_MS;
const contacts = Array.from({ length: 10 }, (_, i): Contact => ({
  ...{ person: 'p', at: ago(i), channel: 'email', decision: `d${i}`, programme: 'bench', variant: `v${i}` },
}));
const signals = Array.from({ length: 10 }, (_, i): StoredSignal => ({
  ...{ person: 'p', at: ago(i), source: 's', id: `e${i}`, values: {} },
  name: i < 3 ? 'Order Completed' : 'email_opened',
}));
const stamped = <T>(value: T) => ({ value, at: 0 });
const person = {
  ...newPerson('p', ['user:u']),
  traits: { age: stamped(30), country: stamped('DE'), timezone: stamped('America/New_York') },
  consent: stamped({ news: true }),
};

export interface RuleFigures {
  /** Ten guardrails over 50 options. */
  guardrails: Timed;
  /** A whole decision: on what each option earned, and in a context of 20 features that is new each time. */
  earned: Timed;
  inContext: Timed;
}

function measured(kind: PolicyKind): { guardrails: Timed; decision: Timed } {
  const programme = programmeOf(kind);
  const live = liveOf(programme, { version: 1, state: learned(programme) });
  const resources = new Map(
    needsOfAll(programme).map((need): [string, ResourceFact] => {
      const key = keyAt(need, NOON);
      return [key, { key, taken: 0, asOf: NOON, codes: [] }];
    }),
  );
  const facts = { person, contacts, signals, resources, now: NOON };
  const given = { ...facts, programme, rules: live.rules, context: contexts[0]! };
  const { allowed } = check(given);
  if (allowed.length !== OPTIONS) throw new Error(`${allowed.length} options of ${OPTIONS}`);
  const one = (i: number): void => {
    const request = { programme: 'bench', person: {}, context: contexts[i % contexts.length]! };
    decide(request, { ...facts, sendKey: `s${i}` }, live, 'seed');
  };
  return { guardrails: timed(() => void check(given)), decision: timed(one) };
}

/** What ten guardrails over 50 options cost, and a decision with them. */
export function measureRules(): RuleFigures {
  const { guardrails, decision: earned } = measured('weighted-thompson');
  const { decision: inContext } = measured('auto');
  return { guardrails, earned, inContext };
}
