import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';
import { allStores } from '../../support/stores.ts';

const OWN = programme({
  variants: [variant('a')],
  guardrails: { consent: { email: ['marketing', 'profiling'] } },
});
const person = { userId: 'u' };
const base = { source: 's', at: NOON, person };

const given = (consent: Record<string, boolean>, id: string, at = NOON): DomainEvent => {
  return { ...base, type: 'identify', id, at, traits: {}, consent };
};
const subscription = (state: 'subscribed' | 'unsubscribed', id: string, at = NOON): DomainEvent => {
  return { ...base, type: 'subscription', id, at, channel: 'email', state };
};

describe.each(await allStores())('a revocation (%s)', (_, open) => {
  it('counts from the next decision after it was acknowledged, and an older yes does not undo it', async () => {
    const rig = await engineRig({ store: await open(), programmes: [OWN] });
    const ask = async (send: string): Promise<string> => {
      const { action, dropped } = await rig.decide(person, { send });
      return dropped[0]?.detail ?? action;
    };
    await rig.engine.ingest([given({ marketing: true, profiling: true }, '1')]);
    expect(await ask('1')).toBe('send');
    await rig.engine.ingest([given({ marketing: true, profiling: false }, '2', NOON + 2)]);
    expect(await ask('2')).toBe('no consent to profiling');
    await rig.engine.ingest([given({ marketing: true, profiling: true }, '3', NOON + 1)]);
    expect(await ask('3')).toBe('no consent to profiling');
    await rig.engine.ingest([given({}, '4', NOON + 3)]);
    expect(await ask('4')).toBe('no consent to marketing, profiling');
    await rig.engine.ingest([
      given({ marketing: true, profiling: true }, '5', NOON + 4),
      subscription('unsubscribed', '6', NOON + 4),
    ]);
    expect(await ask('5')).toMatch(/^unsubscribed from email since/);
    await rig.engine.ingest([subscription('subscribed', '7', NOON + 5)]);
    expect(await ask('6')).toBe('send');
  });

  it.each([
    ['said after the yes', false],
    ['said before the yes', true],
  ])(
    'counts when it is of the same time as a yes, %s, also of two who turn out to be one',
    async (_how, back) => {
      const rig = await engineRig({ store: await open(), programmes: [OWN] });
      const yes = { marketing: true, profiling: true };
      const of = (anonymousId: string, event: DomainEvent): DomainEvent => {
        return { ...event, id: `${event.id} ${anonymousId}`, person: { anonymousId } };
      };
      const told = async (one: DomainEvent, other: DomainEvent): Promise<void> => {
        for (const event of back ? [other, one] : [one, other]) await rig.engine.ingest([event]);
      };
      const next = async (ref: PersonRef): Promise<string> => {
        const { action, dropped } = await rig.decide(ref);
        return dropped[0]?.detail ?? action;
      };
      await told(of('a', given(yes, '1')), of('a', given({ marketing: true }, '2')));
      expect(await next({ anonymousId: 'a' })).toBe('no consent to profiling');
      // each refuses another one, and both are heard
      await told(
        of('b', given({ ...yes, marketing: false }, '3')),
        of('b', given({ ...yes, profiling: false }, '4')),
      );
      expect(await next({ anonymousId: 'b' })).toBe('no consent to marketing, profiling');
      await told(of('c', subscription('subscribed', '5')), of('c', subscription('unsubscribed', '6')));
      expect(await next({ anonymousId: 'c' })).toMatch(/^unsubscribed from email/);
      await told(of('d', given(yes, '7')), of('e', given({ profiling: true }, '8')));
      const one = {
        ...base,
        type: 'alias',
        person: { anonymousId: 'd' },
        previous: { anonymousId: 'e' },
      } as const;
      await rig.engine.ingest([{ ...one, id: '9' }]);
      expect(await next({ anonymousId: 'd' })).toBe('no consent to marketing');
    },
  );

  it.each(['unsubscribed', 'complained', 'email_bounced'])(
    'is what a platform reports as %s, until the person subscribes again',
    async (name) => {
      const own = programme({ variants: [variant('a')] });
      const rig = await engineRig({ store: await open(), programmes: [own] });
      const report = (id: string, told: string): DomainEvent => {
        return { ...base, type: 'signal', id, name: told, values: {} };
      };
      await rig.engine.ingest([report('1', 'email_blocked')]);
      expect((await rig.decide(person, { send: '1' })).action).toBe('send');
      await rig.engine.ingest([report('2', name)]);
      const { action, dropped } = await rig.decide(person, { send: '2' });
      expect([action, dropped[0]?.rule]).toEqual(['silence', 'consent']);
      await rig.engine.ingest([subscription('subscribed', '3', NOON + 1)]);
      expect((await rig.decide(person, { send: '3' })).action).toBe('send');
    },
  );

  it('of everything closes every channel under every id, until the person subscribes again', async () => {
    const rig = await engineRig({
      store: await open(),
      programmes: [programme({ variants: [variant('a')] })],
    });
    const ids = [person, { anonymousId: 'an' }];
    await rig.engine.ingest([{ ...base, type: 'alias', id: 'a', previous: { anonymousId: 'an' } }]);
    expect((await rig.decide(person, { send: '1' })).action).toBe('send');
    await rig.engine.ingest([{ ...base, type: 'delete', id: 'd' }]);
    // asked for twice, and by somebody nobody knows
    await rig.engine.ingest([{ ...base, type: 'delete', id: 'e' }]);
    for (const id of ids) {
      const { action, dropped } = await rig.decide(id, { send: '2' });
      expect([action, dropped[0]?.rule]).toEqual(['silence', 'consent']);
    }
    expect((await rig.decide({ userId: 'other' }, { send: '2' })).action).toBe('send');
    await rig.engine.ingest([subscription('subscribed', 's')]);
    expect((await rig.decide(person, { send: '3' })).action).toBe('send');
  });
});
