import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { assign } from '../../../core/decide/assign.ts';
import { valueOf } from '../../../core/maths/compensated-sum.ts';
import { mergePersons } from '../../../core/people/merge.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { HOUR, NOON, ORDER, programme } from '../../support/programmes.ts';

const PROGRAMME = programme({ holdout: { kind: 'no-contact', share: 0.5 } });

/** User ids that the programme assigns to an arm. */
function usersIn(arm: 'treated' | 'holdout', n: number): string[] {
  const found: string[] = [];
  for (let i = 0; found.length < n; i++) {
    if (assign(PROGRAMME, newPerson('p', [`user:u${i}`])) === arm) found.push(`u${i}`);
  }
  return found;
}

const [held, heldToo] = usersIn('holdout', 2) as [string, string];
const [treated, treatedToo] = usersIn('treated', 2) as [string, string];

let made = 0;
const alias = (userId: string, previous: string): DomainEvent => {
  const id = `e${++made}`;
  return { type: 'alias', source: 's', id, at: NOON, person: { userId }, previous: { userId: previous } };
};
const order = (userId: string, decisionId?: string): DomainEvent => {
  const event = { type: 'signal' as const, source: 's', id: `e${++made}`, at: NOON + HOUR };
  return { ...event, person: { userId }, name: ORDER.signal, values: {}, decisionId };
};

function arms({ catalogue }: EngineRig): Record<string, number> {
  const { treated: t, holdout: h } = catalogue.model('welcome').state.arms;
  return { treated: t.persons, holdout: h.persons, rewards: valueOf(t.sum), heldRewards: valueOf(h.sum) };
}

/** Persons and rewards by arm after two people, who both bought something, turned out to be one. */
async function merged(into: string, from: string, foldBefore: boolean): Promise<Record<string, number>> {
  const rig = await engineRig({ programmes: [PROGRAMME] });
  for (const userId of [into, from]) {
    const { id } = await rig.decide({ userId });
    await rig.engine.ingest([order(userId, id)]);
  }
  if (foldBefore) await rig.folder.catchUp();
  await rig.engine.ingest([alias(into, from)]);
  await rig.folder.catchUp();
  return arms(rig);
}

describe('two people who turn out to be one', () => {
  it.each([true, false])(
    'count once, in the stricter arm, with the rewards of both (folded before: %s)',
    async (f) => {
      const strict = { treated: 0, holdout: 1, rewards: 0, heldRewards: 2 };
      expect(await merged(treated, held, f)).toEqual(strict);
      expect(await merged(held, treated, f)).toEqual(strict);
      expect(await merged(held, heldToo, f)).toEqual(strict);
      expect(await merged(treated, treatedToo, f)).toEqual({
        treated: 1,
        holdout: 0,
        rewards: 2,
        heldRewards: 0,
      });
    },
  );

  it('stay in the holdout from then on', async () => {
    const rig = await engineRig({ programmes: [PROGRAMME] });
    await rig.decide({ userId: treated });
    await rig.decide({ userId: held });
    await rig.engine.ingest([alias(treated, held)]);
    for (const userId of [treated, held]) {
      expect(await rig.decide({ userId }, { send: `after ${userId}` })).toMatchObject({
        arm: 'holdout',
        action: 'silence',
      });
    }
  });

  it('count once when only one of them was ever decided for', async () => {
    const rig = await engineRig({ programmes: [PROGRAMME] });
    await rig.decide({ userId: treated });
    await rig.engine.ingest([order(held), alias(held, treated)]);
    await rig.folder.catchUp();
    expect(arms(rig)).toEqual({ treated: 1, holdout: 0, rewards: 1, heldRewards: 0 });
  });

  it('count once after three mergers in one batch', async () => {
    const rig = await engineRig({ programmes: [PROGRAMME] });
    for (const userId of [treated, treatedToo, held, heldToo]) await rig.decide({ userId });
    await rig.engine.ingest([alias(treated, treatedToo), alias(held, heldToo), alias(treated, held)]);
    await rig.folder.catchUp();
    expect(arms(rig)).toMatchObject({ treated: 0, holdout: 1 });
  });

  it('keep the newest of everything said about them, whichever way round they are merged', () => {
    const older = { ...newPerson('a', ['user:a']), traits: { city: { value: 'Bonn', at: 1 } } };
    const newer = {
      ...newPerson('b', ['user:b']),
      traits: { city: { value: 'Köln', at: 2 }, constructor: { value: 'kept', at: 1 } },
      consent: { value: { marketing: false }, at: 5 },
      subscriptions: { email: { value: 'unsubscribed' as const, at: 3 } },
    };
    for (const [into, from] of [
      [older, newer],
      [newer, older],
    ] as const) {
      const { person } = mergePersons(into, from, NOON);
      expect(person).toMatchObject({ id: into.id, members: [into.id, from.id] });
      expect(person.traits).toEqual(newer.traits);
      expect(person.consent).toEqual(newer.consent);
      expect(person.subscriptions).toEqual(newer.subscriptions);
    }
  });
});
