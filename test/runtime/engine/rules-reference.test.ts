import { expect, it } from 'vitest';
import type { GuardContext } from '../../../core/guardrails/guardrail.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { compileRule, ruleError } from '../../../runtime/engine/eligibility.ts';
import { Rules } from '../../support/cel/rules.ts';
import type { Seen } from '../../support/cel/seen.ts';
import { somebody } from '../../support/cel/seen.ts';
import { NOON, programme } from '../../support/programmes.ts';

const OWN = programme();

/** Somebody as guardrails are told of them. */
function given({ traits, context, signals, contacts, now }: Seen): GuardContext {
  const stamped = Object.entries(traits).map(([name, value]) => [name, { value, at: NOON }] as const);
  const id = { person: 'p', source: 's', values: {} };
  return {
    programme: OWN,
    person: { ...newPerson('p', ['user:u']), traits: Object.fromEntries(stamped) },
    contacts: contacts.map((own, n) => {
      return { ...own, person: 'p', decision: `d${n}`, programme: 'welcome', channel: 'email' };
    }),
    signals: Object.entries(signals).flatMap(([name, times]) =>
      times.map((at, n) => ({ ...id, name, at, id: `${n}` })),
    ),
    context: context as GuardContext['context'],
    now,
  };
}

it('10,000 random people and rules: whoever fulfils a rule is whoever does by another reading of it', () => {
  const rng = rngFromText('rules and people');
  const rules = new Rules(rng);
  const seen = { holds: 0, fails: 0, errors: 0 };
  for (let i = 0; i < 10_000; i++) {
    const { text, outcome: outcomeOf } = rules.rule();
    const someone = somebody(rng, NOON);
    expect([text, ruleError(text)]).toEqual([text, undefined]);
    const objection = compileRule(text)(given(someone));
    const outcome = outcomeOf(someone);
    expect([text, someone, objection === undefined]).toEqual([text, someone, outcome === true]);
    if (outcome === 'error') seen.errors++;
    else seen[outcome ? 'holds' : 'fails']++;
  }
  // each way it can end had its share
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(1_000);
});
