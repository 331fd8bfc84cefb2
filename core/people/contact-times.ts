import type { Contact } from '../contracts/records.ts';
import { REPORT_SKEW_MS } from '../domain/contact-signals.ts';
import type { Decision } from '../domain/decision.ts';
import { sendTimeOf } from '../domain/decision.ts';

/** The programme of contacts that another tool made. */
export const OTHER_TOOL = '';

/** What tells when a message was sent. */
type Heard = NonNullable<Contact['heard']>;

/** What was `at` when the contact was made. */
export const firstAtOf = ({ at, firstAt = at }: Pick<Contact, 'at' | 'firstAt'>): number => firstAt;

/** From what says least of when a message was sent to what says it outright: it was sent before it arrived, and that before it was opened. */
const SAYS: readonly Heard['says'][] = ['proof', 'delivered', 'sent'];

/**
 * Which of two counts, in whatever order they are told. Of two sends the later: it may have gone out twice, and a window has to hold
 * the last. Of what only comes after a send, what came first.
 */
export function better(own: Heard | undefined, other: Heard | undefined): Heard | undefined {
  if (!own || !other) return own ?? other;
  const [mine, theirs] = [SAYS.indexOf(own.says), SAYS.indexOf(other.says)];
  if (mine !== theirs) return mine > theirs ? own : other;
  const counts = own.says === 'sent' ? Math.max : Math.min;
  return counts(own.at, other.at) === own.at ? own : other;
}

/** When a contact was sent, by the best that was told of it. */
function sentAt(
  { programme, decidedAt, releasesAt = Infinity, ...own }: Contact,
  { says, at }: Heard,
): number {
  if (programme === OTHER_TOOL) return at;
  const first = firstAtOf(own);
  // what was planned for later may have been sent sooner all the same
  if (decidedAt !== undefined && at < first - REPORT_SKEW_MS) return Math.max(at, decidedAt);
  // a platform's clock may be some seconds behind, or know whole seconds only
  const late = Math.max(at, first);
  return says === 'proof' ? Math.min(late, releasesAt) : late;
}

/** A contact of which this was heard, too: it counts from when it was sent. The same where that says nothing new. */
export function withHeard(contact: Contact, heard: Heard): Contact {
  // where sends are not reported, that it was opened says nothing of when it was sent
  if (heard.says === 'proof' && contact.releasesAt === undefined) return contact;
  const best = better(contact.heard, heard)!;
  if (best === contact.heard) return contact;
  const [at, first] = [sentAt(contact, best), firstAtOf(contact)];
  return { ...contact, heard: best, at, firstAt: at === first ? undefined : first };
}

/** The contact of a decision, of whose send `told` knew before: contacts that were taken for another tool's. */
export function reserved(
  decision: Decision,
  releasesAt: number | undefined,
  told: readonly Contact[],
): Contact {
  const { person, id, at, sendAt, programme, channel = '', variant, send, reservations } = decision;
  const heard = told.map((contact) => contact.heard).reduce(better, undefined);
  const made: Contact = {
    ...{ person, at: sendTimeOf(decision), decision: id, programme, channel, variant, send, releasesAt },
    decidedAt: sendAt === undefined ? undefined : at,
    state: told.some(({ state }) => state === 'sent') ? 'sent' : undefined,
    reservations,
  };
  return heard ? withHeard(made, heard) : made;
}
