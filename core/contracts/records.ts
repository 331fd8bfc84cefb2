import type { Arm } from '../domain/arm.ts';
import type { ClosedId } from '../domain/closed.ts';
import type { Report } from '../domain/contact-signals.ts';
import type { Decision, DecisionId, OptionKey } from '../domain/decision.ts';
import type { SignalEvent } from '../domain/event.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Alias, Person, PersonId } from '../domain/person.ts';
import type { ProgrammeId } from '../domain/programme.ts';
import type { Reservation } from '../domain/resource.ts';
import type { Pieces } from '../domain/slots.ts';
import type { PlannedHour } from '../domain/timing.ts';
import type { Merge } from './merge.ts';
import type { ReservationWrite, ResourceAsk, ResourceFact } from './resources.ts';

/** One person somebody asks about: every id they gave, and the sends they may be repeating. */
export interface PersonAsk {
  aliases: readonly Alias[];
  sendKeys: readonly string[];
}

export interface EventKey {
  source: string;
  id: string;
}

export interface SignalAsk {
  name: string;
  /** ms since 1970 */
  since: number;
}

export interface WorkQuery {
  persons: readonly PersonAsk[];
  /** Contacts whose first time is after this are loaded, ms since 1970, and those of the decisions named. */
  contactsSince: number;
  events: readonly EventKey[];
  /** Signals that are loaded of everybody asked about: by name, those after a time. Absent: none. */
  signals?: readonly SignalAsk[] | undefined;
  /** Decisions whose persons are asked for. */
  decisions: readonly DecisionId[];
  /** Resources that may be taken of, each once. Absent: none. */
  resources?: readonly ResourceAsk[] | undefined;
  /** This process's time, ms since 1970, by which resources are counted where the store has none of its own. */
  now?: number | undefined;
}

/** One message that was or may be sent: what rolling caps count. */
export interface Contact {
  person: PersonId;
  /** When it was sent as far as that is known, or is to be sent, ms since 1970: from then on it counts. */
  at: number;
  /** What `at` was when the contact was made, by which it is kept; absent: it never changed. */
  firstAt?: number | undefined;
  /** When it was decided, where it was planned for later, ms since 1970. */
  decidedAt?: number | undefined;
  /** What tells best when it was sent, of all that was told, and the time it tells. */
  heard?: { says: Report | 'proof'; at: number } | undefined;
  /** What made it: our decision, or an event that tells of another tool's send. */
  decision: DecisionId;
  /** Empty for another tool's. */
  programme: ProgrammeId;
  channel: string;
  variant?: string | undefined;
  /** The platform's id of the send. */
  send?: string | undefined;
  /** When it no longer counts unless it is known to have been sent, ms since 1970; absent: never. */
  releasesAt?: number | undefined;
  /** Absent: reserved, and neither known to have been sent nor that it never will be. */
  state?: 'sent' | 'aborted' | undefined;
  /** What was told of it already, where no id of a send tells it apart. */
  told?: Report[] | undefined;
  /** What it takes of resources that all persons share. */
  reservations?: Reservation[] | undefined;
}

/** Everything a batch may depend on, read inside its transaction. */
export interface WorkFacts {
  /** The canonical person of every alias that is known. */
  persons: Person[];
  aliases: { alias: Alias; person: PersonId }[];
  /** For whom the decisions asked for were made. */
  deciders: { decision: DecisionId; person: PersonId }[];
  /** Recorded decisions under the send keys asked for. */
  decisions: Decision[];
  contacts: Contact[];
  /** Signals and resources are absent when none were asked for. */
  signals?: StoredSignal[] | undefined;
  resources?: ResourceFact[] | undefined;
  /** The events that were counted before. */
  seen: EventKey[];
  /** The store's own time after the persons were locked, ms since 1970, where many clocks meet in it. */
  now?: number | undefined;
}

/** A signal as it is kept: who it belongs to is a person, not an alias. */
export type StoredSignal = Omit<SignalEvent, 'person' | 'type' | 'message'> & { person: PersonId };

export interface NewDecision {
  decision: Decision;
  /** First decision of this programme for this person: the person joins an arm. */
  first: boolean;
  /** Made some time before its place in the ledger: signals may stand before it that came after it. */
  late?: boolean | undefined;
}

/** `late` says that a decision was made some time before its place in the ledger: signals may stand before it. */
export type LedgerKind = 'decision' | 'signal' | 'merge' | 'erase' | 'programme' | 'late' | 'reservation';

/** An outcome for one destination's outbox. */
export interface NewOutcome {
  destination: string;
  /** Whom it is about: what is still waiting when they are erased is dropped. */
  person: PersonId;
  outcome: Outcome;
  /** When it was put there, ms since 1970: delivery is given up a stated time after it. */
  at: number;
}

/** What a batch caused: written whole or not at all. Each list is in order; decisions come before what is not one. */
export interface WorkWrites {
  persons: Person[];
  aliases: { alias: Alias; person: PersonId }[];
  decisions: NewDecision[];
  /** Made or changed, each once: by person, first time and decision. */
  contacts: Contact[];
  /** Made or changed, by resource and decision; each as it was written last. */
  reservations: ReservationWrite[];
  seen: EventKey[];
  signals: StoredSignal[];
  merges: Merge[];
  /** Persons to forget. Their ids and profile go at once; the folder takes what was learned from them. */
  erased: { person: PersonId; at: number }[];
  outcomes: NewOutcome[];
  /** Ids that stand otherwise than before, each once. One that was erased stays so, whatever is written of it. */
  closed: ClosedId[];
}

/** One row of the ledger as the folder reads it, decisions apart. */
export interface LedgerEntry {
  seq: number;
  kind: LedgerKind;
  at: number;
  person?: PersonId | undefined;
  /** With `signal`: its name. */
  signal?: string | undefined;
  /** With `merge`. */
  merge?: Merge | undefined;
}

/** How many decisions of a stretch of the ledger were alike in everything the fold asks of them. */
export interface DecisionCount {
  programme: ProgrammeId;
  option: OptionKey;
  arm: Arm;
  learn: boolean;
  first: boolean;
  /** Hour since 1970 in which they were made. */
  hour: number;
  /** Of the decisions of the programmes that were asked for; absent for the others. */
  context?: Decision['context'] | undefined;
  /** The hour the message was planned for, and the pieces it was put together from; of the same programmes. */
  planned?: PlannedHour | undefined;
  pieces?: Pieces | undefined;
  count: number;
}

/** A stretch of the ledger: its decisions counted, the rest row by row. */
export interface LedgerChunk {
  /** Place of its last row; `after` when there is none. */
  upTo: number;
  decisions: DecisionCount[];
  entries: LedgerEntry[];
}

/** Worth of one goal signal for one decision, in [0, 1] of its cap. */
export interface Credit {
  decision: DecisionId;
  programme: ProgrammeId;
  person: PersonId;
  signal: string;
  worth: number;
  /** How long after the decision the signal came first, in ms; absent where it was credited before that was written down. */
  delay?: number | undefined;
}

/** A decision as attribution needs it. */
export interface DecisionFact {
  id: DecisionId;
  programme: ProgrammeId;
  person: PersonId;
  at: number;
  option: OptionKey;
  arm: Arm;
  learn: boolean;
  send?: string | undefined;
  /** Of the decisions of the programmes that were asked for. */
  context?: Decision['context'] | undefined;
  /** When its message was to be sent, unless at once, the hour it was planned for, and its pieces; of the same programmes. */
  sendAt?: number | undefined;
  planned?: PlannedHour | undefined;
  pieces?: Pieces | undefined;
}

/** What happened to one person, all members of the merge group together. */
export interface History {
  person: PersonId;
  aliases: Alias[];
  /** The person's arm by programme. */
  arms: Record<ProgrammeId, Arm>;
  decisions: DecisionFact[];
  signals: StoredSignal[];
  credits: Credit[];
  /** Reward so far by programme; after a merge one row for each former person, until they are joined. */
  rewards: ArmReward[];
}

export interface ArmReward {
  person: PersonId;
  programme: ProgrammeId;
  arm: Arm;
  reward: number;
}

/** An immutable state of one programme's model. */
export interface ModelSnapshot {
  programme: ProgrammeId;
  version: number;
  /** Ledger position it was folded up to. */
  position: number;
  /** SHA-256 of `state`, hex. */
  hash: string;
  /** JSON */
  state: string;
}

export interface FoldWrites {
  /** Epoch of the fold's lease: when somebody else has it by now, nothing is written. Absent where nobody else can. */
  epoch?: number | undefined;
  /** Position the fold started from: when it has moved, somebody else folded and nothing is written. */
  expected: number;
  position: number;
  credits: Credit[];
  removedCredits: Credit[];
  rewards: ArmReward[];
  removedRewards: { person: PersonId; programme: ProgrammeId }[];
  snapshots: Omit<ModelSnapshot, 'version' | 'hash'>[];
  outcomes: NewOutcome[];
  /** Persons whose rows are removed now that the models forgot them. */
  forgotten: PersonId[];
}
