import { describe, expect, it } from 'vitest';
import type { Person } from '../../../core/domain/person.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { check } from '../../../core/guardrails/check.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

const variants = [variant('mail'), variant('text', { channel: 'sms' })];

/** Variants a person may get, when e-mail needs the purpose `marketing`. */
function allowedTo(
  changes: Partial<Person>,
  purposes: Record<string, string> = { email: 'marketing' },
): string[] {
  const own = programme({ variants, guardrails: { consent: purposes } });
  const person = { ...newPerson('p', ['user:u']), ...changes };
  return check({ programme: own, person, contacts: [], now: NOON }).allowed.map(({ id }) => id);
}

const said = (value: Record<string, boolean>): Partial<Person> => ({ consent: { value, at: NOON } });

describe('consent', () => {
  it('is not asked for where the platform sends none', () => {
    expect(allowedTo({})).toEqual(['mail', 'text']);
  });

  it('counts a missing category as no, an empty object included', () => {
    expect(allowedTo(said({}))).toEqual(['text']);
    expect(allowedTo(said({ analytics: true }))).toEqual(['text']);
  });

  it('takes yes for yes and no for no', () => {
    expect(allowedTo(said({ marketing: true }))).toEqual(['mail', 'text']);
    expect(allowedTo(said({ marketing: false }))).toEqual(['text']);
  });

  it('takes nothing but true for yes', () => {
    for (const odd of ['true', 1, null, {}]) {
      expect(allowedTo(said({ marketing: odd as unknown as boolean }))).toEqual(['text']);
    }
    expect(allowedTo(said({}), { email: 'constructor' })).toEqual(['text']);
  });

  it('is asked for by channel', () => {
    expect(allowedTo(said({ marketing: true }), { email: 'marketing', sms: 'calls' })).toEqual(['mail']);
    expect(allowedTo(said({ marketing: false }), {})).toEqual(['mail', 'text']);
  });
});

describe('subscriptions', () => {
  const state = (value: 'subscribed' | 'unsubscribed'): Partial<Person> => ({
    subscriptions: { email: { value, at: NOON } },
  });

  it('close a channel in every programme, whatever is consented to', () => {
    expect(allowedTo(state('unsubscribed'), {})).toEqual(['text']);
    expect(allowedTo({ ...state('unsubscribed'), ...said({ marketing: true }) })).toEqual(['text']);
  });

  it('open it again', () => {
    expect(allowedTo(state('subscribed'), {})).toEqual(['mail', 'text']);
  });
});

it('says what stands in the way, by channel and purpose', () => {
  const own = programme({ variants, guardrails: { consent: { email: ['marketing', 'offers'] } } });
  const objection = (changes: Partial<Person>, erased = false) => {
    const person = { ...newPerson('p', ['user:u']), ...changes };
    return check({ programme: own, person, contacts: [], now: NOON, erased }).dropped[0];
  };
  const head = { option: 'mail', rule: 'consent', channel: 'email' };
  const left = { email: { value: 'unsubscribed' as const, at: NOON } };
  const refused = { ...head, state: 'refused', purposes: ['offers'] };
  expect(objection(said({ marketing: true }))).toMatchObject(refused);
  expect(objection({ subscriptions: left })).toMatchObject({ ...head, state: 'unsubscribed' });
  expect(objection({}, true)).toMatchObject({ ...head, state: 'erased' });
});
