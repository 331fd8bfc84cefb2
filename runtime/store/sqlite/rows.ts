import type { NewOutcome, WorkFacts, WorkQuery, WorkWrites } from '../../../core/contracts/records.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Person } from '../../../core/domain/person.ts';
import { draftsAfterDecisions } from '../ledger.ts';
import type { LedgerDraft } from '../ledger.ts';
import { partitionOf } from '../partition.ts';

/*
 * What crosses between the threads: flat lists of numbers and text, one row after the other. Copying nested objects
 * costs several times as much, on both sides.
 */

export type Cell = string | number | null;

/** Cells of one row in each list of `WriteRows`. */
export const WIDTH = {
  aliases: 2,
  persons: 4,
  decisions: 11,
  contacts: 6,
  seen: 2,
  signals: 5,
  outcomes: 5,
} as const;

/** What a batch wrote, as rows of its tables. */
export interface WriteRows extends Record<keyof typeof WIDTH, Cell[]> {
  erased: string[];
  /** Ledger rows after those of the decisions, which follow from the decisions themselves. */
  drafts: LedgerDraft[];
}

function personRows(person: Person): Cell[] {
  return person.members.flatMap((member) => {
    const profile = member === person.id ? JSON.stringify(person) : null;
    return [member, partitionOf(member), person.id, profile];
  });
}

export const outcomeRows = (outcomes: readonly NewOutcome[]): Cell[] =>
  outcomes.flatMap(({ destination, person, outcome, at }) => [
    ...[destination, outcome.id, person, JSON.stringify(outcome), at],
  ]);

export function toRows(writes: WorkWrites): WriteRows {
  const rows: WriteRows = {
    aliases: [],
    persons: [],
    decisions: [],
    contacts: [],
    seen: [],
    signals: [],
    outcomes: [],
    erased: writes.erased.map(({ person }) => person),
    drafts: draftsAfterDecisions(writes),
  };
  for (const { alias, person } of writes.aliases) rows.aliases.push(alias, person);
  for (const person of writes.persons) rows.persons.push(...personRows(person));
  for (const { decision: d, first } of writes.decisions) {
    rows.decisions.push(d.person, partitionOf(d.person), d.sendKey, d.id, d.at, d.programme, d.option, d.arm);
    rows.decisions.push(Number(d.learn), Number(first), JSON.stringify(d));
  }
  for (const c of writes.contacts) {
    rows.contacts.push(c.person, partitionOf(c.person), c.at, c.decision, c.programme, c.channel);
  }
  for (const { source, id } of writes.seen) rows.seen.push(source, id);
  for (const s of writes.signals)
    rows.signals.push(s.person, partitionOf(s.person), s.name, s.at, JSON.stringify(s));
  rows.outcomes.push(...outcomeRows(writes.outcomes));
  return rows;
}

/** A query as two lists of lists and the events as pairs. */
export interface QueryRows {
  aliases: (readonly string[])[];
  sendKeys: (readonly string[])[];
  contactsSince: number;
  events: string[];
  decisions: readonly string[];
}

export function toQueryRows({ persons, contactsSince, events, decisions }: WorkQuery): QueryRows {
  return {
    aliases: persons.map(({ aliases }) => aliases),
    sendKeys: persons.map(({ sendKeys }) => sendKeys),
    contactsSince,
    events: events.flatMap(({ source, id }) => [source, id]),
    decisions,
  };
}

/** Facts as text and pairs. */
export interface FactRows {
  persons: string[];
  aliases: string[];
  decisions: string[];
  contacts: WorkFacts['contacts'];
  deciders: WorkFacts['deciders'];
  seen: string[];
}

function pairs(cells: readonly string[]): [string, string][] {
  const all: [string, string][] = [];
  for (let i = 0; i < cells.length; i += 2) all.push([cells[i]!, cells[i + 1]!]);
  return all;
}

export function toFacts({ persons, aliases, decisions, contacts, deciders, seen }: FactRows): WorkFacts {
  return {
    persons: persons.map((text) => JSON.parse(text) as Person),
    aliases: pairs(aliases).map(([alias, person]) => ({ alias, person })),
    decisions: decisions.map((text) => JSON.parse(text) as Decision),
    contacts,
    deciders,
    seen: pairs(seen).map(([source, id]) => ({ source, id })),
  };
}
