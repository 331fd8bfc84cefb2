import type { Answer } from '../core/contracts/answer.ts';
import type { LedgerRow } from '../core/contracts/ledger-row.ts';
import type { Decision } from '../core/domain/decision.ts';
import type { PersonId } from '../core/domain/person.ts';
import type { Cap } from '../core/domain/programme.ts';
import type { Copy } from './copy.ts';
import { HEADERS } from './copy.ts';
import type { History } from './history.ts';

const PAGE = 10_000;

/** The whole ledger, as anybody with a key can read it. */
export async function readAll(copy: Copy): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for (;;) {
    const path = `/v1/ledger?from=${rows.length + 1}&limit=${PAGE}`;
    const response = await fetch(`${copy.base}${path}`, { headers: HEADERS });
    const lines = (await response.text()).split('\n').filter(Boolean);
    rows.push(...lines.map((line) => JSON.parse(line) as LedgerRow));
    if (lines.length < PAGE) return rows;
  }
}

const parsed = new WeakMap<readonly LedgerRow[], Decision[]>();

/** The decisions of a ledger, which every check asks for. */
export function decisionsIn(rows: readonly LedgerRow[]): Decision[] {
  let decisions = parsed.get(rows);
  if (!decisions) {
    decisions = rows.flatMap(({ kind, body }) =>
      kind === 'decision' ? [JSON.parse(body!) as Decision] : [],
    );
    parsed.set(rows, decisions);
  }
  return decisions;
}

/** Who became one with whom. */
class Kin {
  readonly #parents = new Map<PersonId, PersonId>();

  rootOf(person: PersonId): PersonId {
    const parent = this.#parents.get(person);
    return parent === undefined ? person : this.rootOf(parent);
  }

  /** Takes in a row of the ledger that says so; resolves with the roots it joined. */
  join(body: string): { kept: PersonId; gone: PersonId } | undefined {
    const { into, from } = JSON.parse(body) as { into: PersonId; from: PersonId };
    const [kept, gone] = [this.rootOf(into), this.rootOf(from)];
    if (kept === gone) return undefined;
    this.#parents.set(gone, kept);
    return { kept, gone };
  }
}

/** The persons on record behind everybody who was asked for, in the words of the callers: one each, in the end. */
export function personsBehind({
  history,
  rows,
}: {
  history: History;
  rows: readonly LedgerRow[];
}): Map<string, Set<PersonId>> {
  const kin = new Kin();
  for (const { kind, body } of rows) if (kind === 'merge') kin.join(body!);
  const deciders = new Map(decisionsIn(rows).map(({ id, person }) => [id, person]));
  const behind = new Map<string, Set<PersonId>>();
  for (const { person, answers } of history.asked) {
    for (const text of answers) {
      const id = deciders.get((JSON.parse(text) as Answer).decision_id ?? '');
      if (id === undefined) continue;
      const all = behind.get(person) ?? new Set();
      behind.set(person, all.add(kin.rootOf(id)));
    }
  }
  return behind;
}

/** A message that went out on no record: it counts from when it was asked for. */
export interface Unrecorded {
  programme: string;
  person: PersonId;
  at: number;
}

/** What is counted under a cap of one person. */
interface Counted {
  programme: string;
  channel: string | undefined;
  at: number;
}

/**
 * Breaches of a person's cap of a programme, counted anew in the order of the ledger: persons who became one are one from the row on that
 * says so. What is on no record stands among the decisions by its time.
 */
export function capBreaches(
  rows: readonly LedgerRow[],
  programme: string,
  cap: Pick<Cap, 'per' | 'channel' | 'count' | 'hours'>,
  unrecorded: readonly Unrecorded[] = [],
): string[] {
  const kin = new Kin();
  const sends = new Map<PersonId, Counted[]>();
  const breaches: string[] = [];
  const waiting = unrecorded.toSorted((a, b) => a.at - b.at);
  const count = (id: string, whose: PersonId, own: Counted): void => {
    const person = kin.rootOf(whose);
    const all = sends.get(person) ?? [];
    const inside = all.filter(
      (other) =>
        other.at > own.at - cap.hours * 3_600_000 &&
        (cap.channel === undefined || other.channel === cap.channel) &&
        (cap.per === 'person' || other.programme === programme),
    ).length;
    const concerns = own.programme === programme && (cap.channel ?? own.channel) === own.channel;
    if (concerns && inside >= cap.count)
      breaches.push(`${id}: the ${inside + 1}. of ${cap.count} for ${person}`);
    sends.set(person, [...all, own]);
  };
  const catchUp = (until: number): void => {
    while (waiting[0] && waiting[0].at <= until) {
      const { person, at, programme: own } = waiting.shift()!;
      count('on no record', person, { programme: own, channel: cap.channel, at });
    }
  };
  for (const { kind, body } of rows) {
    const joined = kind === 'merge' ? kin.join(body!) : undefined;
    if (joined)
      sends.set(joined.kept, [...(sends.get(joined.kept) ?? []), ...(sends.get(joined.gone) ?? [])]);
    if (kind !== 'decision') continue;
    const decision = JSON.parse(body!) as Decision;
    if (decision.action !== 'send') continue;
    catchUp(decision.at);
    const { id, person, channel, at } = decision;
    count(id, person, { programme: decision.programme, channel, at });
  }
  catchUp(Infinity);
  return breaches;
}
