import type { WorkFacts, WorkQuery, WorkWrites } from '../../../core/contracts/records.ts';
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
  signals: 4,
  outcomes: 4,
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

export function toRows(writes: WorkWrites): WriteRows {
  return {
    aliases: writes.aliases.flatMap(({ alias, person }) => [alias, person]),
    persons: writes.persons.flatMap(personRows),
    decisions: writes.decisions.flatMap(({ decision: d, first }) => [
      ...[d.person, partitionOf(d.person), d.sendKey, d.id, d.at, d.programme, d.option, d.arm],
      ...[Number(d.learn), Number(first), JSON.stringify(d)],
    ]),
    contacts: writes.contacts.flatMap((c) => {
      return [c.person, partitionOf(c.person), c.at, c.decision, c.programme, c.channel];
    }),
    seen: writes.seen.flatMap(({ source, id }) => [source, id]),
    signals: writes.signals.flatMap((s) => [s.person, partitionOf(s.person), s.at, JSON.stringify(s)]),
    outcomes: writes.outcomes.flatMap(({ destination, outcome, at }) => {
      return [destination, outcome.id, JSON.stringify(outcome), at];
    }),
    erased: writes.erased.map(({ person }) => person),
    drafts: draftsAfterDecisions(writes),
  };
}

/** A query as two lists of lists and the events as pairs. */
export interface QueryRows {
  aliases: (readonly string[])[];
  sendKeys: (readonly string[])[];
  contactsSince: number;
  events: string[];
}

export function toQueryRows({ persons, contactsSince, events }: WorkQuery): QueryRows {
  return {
    aliases: persons.map(({ aliases }) => aliases),
    sendKeys: persons.map(({ sendKeys }) => sendKeys),
    contactsSince,
    events: events.flatMap(({ source, id }) => [source, id]),
  };
}

/** Facts as text and pairs. */
export interface FactRows {
  persons: string[];
  aliases: string[];
  decisions: string[];
  contacts: WorkFacts['contacts'];
  seen: string[];
}

function pairs(cells: readonly string[]): [string, string][] {
  const all: [string, string][] = [];
  for (let i = 0; i < cells.length; i += 2) all.push([cells[i]!, cells[i + 1]!]);
  return all;
}

export function toFacts({ persons, aliases, decisions, contacts, seen }: FactRows): WorkFacts {
  return {
    persons: persons.map((text) => JSON.parse(text) as Person),
    aliases: pairs(aliases).map(([alias, person]) => ({ alias, person })),
    decisions: decisions.map((text) => JSON.parse(text) as Decision),
    contacts,
    seen: pairs(seen).map(([source, id]) => ({ source, id })),
  };
}
