import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { HOUR, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const ADDRESS: PersonRef = { email: 'ada@example.com' };

const order = (person: PersonRef, decisionId: string): DomainEvent => {
  const event = {
    type: 'signal' as const,
    source: 's',
    id: 'o',
    at: NOON + HOUR,
    name: ORDER.signal,
    values: {},
  };
  return { ...event, person, decisionId };
};

const leave = (person: PersonRef, decisionId: string): DomainEvent => {
  const event = { type: 'subscription' as const, source: 's', id: 'l', at: NOON, channel: 'email' };
  return { ...event, state: 'unsubscribed', person, decisionId };
};

/** Orders credited to the only variant there is. */
async function credited(rig: EngineRig): Promise<number> {
  await rig.folder.catchUp();
  return optionTotals(rig.catalogue.model('welcome').state).a!.signals[ORDER.signal]?.count ?? 0;
}

const rigged = (): Promise<EngineRig> => engineRig({ programmes: [programme({ variants: [variant('a')] })] });

describe('an event that names its decision', () => {
  it('is about the person of the decision where the platform knows an address only', async () => {
    const rig = await rigged();
    const { id } = await rig.decide({ userId: 'u' });
    await rig.engine.ingest([order(ADDRESS, id)]);
    expect(await credited(rig)).toBe(1);
    await rig.engine.ingest([leave(ADDRESS, id)]);
    expect(await rig.decide({ userId: 'u' }, { send: 'next' })).toMatchObject({ guardrail: 'consent' });
  });

  it('is about the person of the decision after that person became somebody else', async () => {
    const rig = await rigged();
    const { id } = await rig.decide({ anonymousId: 'a' });
    const alias = { type: 'alias' as const, source: 's', id: 'x', at: NOON, person: { userId: 'u' } };
    await rig.decide({ userId: 'u' });
    await rig.engine.ingest([{ ...alias, previous: { anonymousId: 'a' } }, order(ADDRESS, id)]);
    expect((await rig.store.person('user:u'))!.signals).toMatchObject([{ id: 'o' }]);
    expect(await credited(rig)).toBe(1);
  });

  it('is about whoever an id names: links are forwarded', async () => {
    const rig = await rigged();
    const { id } = await rig.decide({ userId: 'u' });
    await rig.engine.ingest([leave({ userId: 'friend' }, id), order({ userId: 'friend' }, id)]);
    expect(await credited(rig)).toBe(0);
    expect(await rig.decide({ userId: 'u' }, { send: 'next' })).toMatchObject({ action: 'send' });
    expect(await rig.decide({ userId: 'friend' })).toMatchObject({ guardrail: 'consent' });
  });

  it('does not bring back a person who was erased', async () => {
    const rig = await rigged();
    const { id, person } = await rig.decide({ userId: 'u' });
    const erase: DomainEvent = { type: 'delete', source: 's', id: 'd', at: NOON, person: { userId: 'u' } };
    await rig.engine.ingest([erase]);
    await rig.engine.ingest([order(ADDRESS, id), leave(ADDRESS, id)]);
    await rig.folder.catchUp();
    const { state } = rig.catalogue.model('welcome');
    expect([optionTotals(state).a?.trials ?? 0, state.arms.treated.persons]).toEqual([0, 0]);
    expect(await rig.store.person('user:u')).toBeNull();
    const events = (await rig.store.ledger(1, 100)).filter(({ kind }) => kind === 'signal');
    expect(events.map(({ person }) => person)).not.toContain(person);
    expect(await rig.decide({ userId: 'u' }, { send: 'next' })).toMatchObject({ guardrail: 'consent' });
    // whoever has the address, and whoever is `u` from now on
    expect(await rig.store.counts()).toMatchObject({ persons: 2 });
  });
});
