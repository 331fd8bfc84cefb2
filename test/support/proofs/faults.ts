import type { Contact, WorkFacts, WorkWrites } from '../../../core/contracts/records.ts';
import type { Store } from '../../../core/contracts/store.ts';
import type { Cap, Programme } from '../../../core/domain/programme.ts';
import { NEVER } from '../../../core/domain/resource.ts';
import { HOUR, MINUTE } from '../programmes.ts';

/** What is made wrong, to show that a proof sees it. */
export interface Fault {
  /** Each programme as the engine has it. */
  programme?: (own: Programme) => Programme;
  /** The store as the engine has it. */
  store?: (own: Store) => Store;
}

export const withCaps = (change: (cap: Cap) => Cap): Fault => ({
  programme: (own) => ({
    ...own,
    guardrails: { ...own.guardrails, caps: own.guardrails.caps?.map(change) },
  }),
});

export const withFacts = (change: (facts: WorkFacts) => WorkFacts): Fault => ({
  store: (own) => ({
    ...own,
    transact: (query, work) => own.transact(query, (facts) => work(change(facts))),
  }),
});

export const withWrites = (change: (writes: WorkWrites) => WorkWrites): Fault => ({
  store: (own) => ({
    ...own,
    transact: (query, work) => own.transact(query, (facts) => change(work(facts))),
  }),
});

export const guarded = (change: (own: Programme['guardrails']) => Programme['guardrails']): Fault => ({
  programme: (own) => ({ ...own, guardrails: change(own.guardrails) }),
});

/** Facts as they were a transaction ago, where they were asked for then. */
function before(): Fault {
  let last: NonNullable<WorkFacts['resources']> = [];
  return withFacts((facts) => {
    const then = new Map(last.map((fact) => [fact.key, fact]));
    last = structuredClone(facts.resources ?? last);
    return { ...facts, resources: facts.resources?.map((fact) => then.get(fact.key) ?? fact) };
  });
}

/** By what is wrong. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'one more than the cap': withCaps((cap) =>
    cap.per === 'person-variant' ? { ...cap, count: cap.count + 1 } : cap,
  ),
  'one less than the cap': withCaps((cap) =>
    cap.per === 'variant' ? { ...cap, count: cap.count - 1 } : cap,
  ),
  'a window a minute short': withCaps((cap) => ({ ...cap, hours: cap.hours - MINUTE / HOUR })),
  'a window a millisecond long': withCaps((cap) => ({ ...cap, hours: cap.hours + 1 / HOUR })),
  'a cap on one channel counts all': withCaps((cap) =>
    cap.per === 'person' && cap.signal === undefined ? { ...cap, channel: undefined } : cap,
  ),
  'orders are not counted': withCaps((cap) =>
    cap.signal === 'Order Completed' ? { ...cap, signal: 'Order Placed' } : cap,
  ),
  'a message too much for a day': guarded((own) =>
    own.budget?.perDay ? { ...own, budget: { ...own.budget, perDay: own.budget.perDay + 1 } } : own,
  ),
  'the day of another zone': guarded((own) =>
    own.budget ? { ...own, budget: { ...own.budget, zone: 'Asia/Sakhalin' } } : own,
  ),
  'never released': guarded((own) => ({ ...own, releaseAfterHours: undefined })),
  'one hand-over too many': guarded((own) =>
    own.queues?.sales ? { ...own, queues: { sales: { ...own.queues.sales, atOnce: 91 } } } : own,
  ),
  'counted before the last batch': before(),
  'contacts of who was merged are lost': withFacts((facts) => {
    const canonical = new Set(facts.persons.map(({ id }) => id));
    return { ...facts, contacts: facts.contacts.filter(({ person }) => canonical.has(person)) };
  }),
  'what other tools sent is lost': withFacts((facts) => ({
    ...facts,
    contacts: facts.contacts.filter(({ programme }) => programme !== ''),
  })),
  "a code that is somebody's": withFacts((facts) => ({
    ...facts,
    resources: facts.resources?.map((fact) =>
      fact.key.startsWith('pool/') ? { ...fact, codes: ['CODE-7', ...fact.codes] } : fact,
    ),
  })),
  'aborted is not given back': withWrites((writes) => ({
    ...writes,
    contacts: writes.contacts.map((own) => (own.state === 'aborted' ? { ...own, state: undefined } : own)),
  })),
  'a place outlives its time': withWrites((writes) => ({
    ...writes,
    reservations: writes.reservations.map((own) =>
      own.resource.startsWith('cap/') ? { ...own, endsAt: NEVER } : own,
    ),
  })),
  'a message counts from when it was decided on': withFacts((facts) => ({
    ...facts,
    contacts: facts.contacts.map((own) => ({ ...own, at: own.firstAt ?? own.at, heard: undefined })),
  })),
  'a place is free while its message may still be sent': {
    store: (own) => ({
      ...own,
      transact: (query, work) =>
        own.transact(query, (facts) => {
          const since = query.now! - HOUR;
          const held = (contact: Contact): boolean =>
            contact.state === undefined && contact.releasesAt !== undefined && contact.at <= since;
          return work({ ...facts, contacts: facts.contacts.filter((contact) => !held(contact)) });
        }),
    }),
  },
  'events count twice': withFacts((facts) => ({ ...facts, seen: [] })),
};
