import type { Contact } from '../contracts/records.ts';
import type { ReservationWrite, ResourceFact } from '../contracts/resources.ts';
import type { Reservation, ResourceKey } from '../domain/resource.ts';
import { NEVER } from '../domain/resource.ts';
import { endOf, lastTimeOf } from '../guardrails/contacts.ts';
import { firstAtOf } from './contact-times.ts';

/** When a reservation ends as its contact stands now, ms since 1970: what lasts for some time does from when the message is sent. */
export function endsAt(contact: Contact, { until, givenBackAt = NEVER }: Reservation): number {
  const late = lastTimeOf(contact) - firstAtOf(contact);
  const left = until === undefined ? NEVER : until + late;
  return Math.max(0, Math.min(endOf(contact), left, givenBackAt));
}

/** What ends first when some that was to end at `end` is not taken any more; what comes after that only the store knows. */
export function firstWithout(
  { next, ending = 0 }: ResourceFact,
  amount: number,
  end: number,
): Pick<ResourceFact, 'next' | 'ending'> {
  if (end !== next || end === NEVER) return { next, ending: ending || undefined };
  return ending > amount ? { next, ending: ending - amount } : { next: undefined, ending: undefined };
}

/** The resources of a batch with what its items took and gave back, and what is to be written of that. */
export class ResourceBook {
  readonly #facts: Map<ResourceKey, ResourceFact>;
  /** Every change in its order. */
  readonly written: ReservationWrite[] = [];

  constructor(facts: readonly ResourceFact[]) {
    this.#facts = new Map(facts.map((fact) => [fact.key, fact]));
  }

  get facts(): ReadonlyMap<ResourceKey, ResourceFact> {
    return this.#facts;
  }

  /** A contact as it is by now, and as it was before if there was one. */
  put(contact: Contact, before: Contact | undefined): void {
    for (const reservation of contact.reservations ?? []) {
      const own = before?.reservations?.find(({ resource }) => resource === reservation.resource);
      const [old, end] = [before && own ? endsAt(before, own) : 0, endsAt(contact, reservation)];
      if (old === end) continue;
      const { resource, amount, code } = reservation;
      const write = { resource, id: contact.decision, at: contact.at, amount, endsAt: end, code };
      this.written.push(write);
      this.#count(write, old);
    }
  }

  #count({ resource, amount, endsAt: end, code }: ReservationWrite, old: number): void {
    const fact = this.#facts.get(resource);
    if (!fact) return;
    const { asOf } = fact;
    fact.taken += amount * (Number(end > asOf) - Number(old > asOf));
    Object.assign(fact, firstWithout(fact, amount, old));
    if (end <= asOf) return;
    const { next = NEVER, ending = 0 } = fact;
    fact.next = Math.min(next, end);
    if (end < NEVER && end <= next) fact.ending = end < next ? amount : ending + amount;
    // one that is given back in this batch is handed out in the next: only the store knows whether somebody else has it too
    if (code !== undefined) fact.codes = fact.codes.filter((other) => other !== code);
  }
}
