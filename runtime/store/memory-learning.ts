import type { LedgerRow } from '../../core/contracts/ledger-row.ts';
import type {
  ArmReward,
  Contact,
  Credit,
  FoldWrites,
  History,
  LedgerChunk,
  ModelSnapshot,
  NewDecision,
  StoredSignal,
} from '../../core/contracts/records.ts';
import type { ArmTotals, Trial } from '../../core/contracts/trial.ts';
import type { ReadStore } from '../../core/contracts/store.ts';
import { FOLD_LEASE } from '../../core/contracts/store.ts';
import type { KnownModels, StoredModel } from '../../core/contracts/stored-model.ts';
import type { Arm } from '../../core/domain/arm.ts';
import type { Decision, DecisionId } from '../../core/domain/decision.ts';
import type { ProgrammeId } from '../../core/domain/programme.ts';
import type { Person, PersonId } from '../../core/domain/person.ts';
import { counted, countedOf, taughtOf, toldApart } from './contexts.ts';
import type { Lease } from './lease.ts';
import { grant } from './lease.ts';
import type { LedgerDraft } from './ledger.ts';
import { chainOf, decisionDraft, entryOf, GENESIS, sha256 } from './ledger.ts';
import type { MemoryOutbox } from './memory-outbox.ts';
import { nextBefore, STRETCH } from './stretch.ts';

export interface PersonRows {
  decisions: NewDecision[];
  contacts: Contact[];
  signals: StoredSignal[];
  credits: Map<string, Credit>;
  rewards: Map<string, ArmReward>;
}

const creditKey = (credit: Credit): string => JSON.stringify([credit.decision, credit.signal]);

/** What learning reads and writes, in memory. */
export class MemoryLearning {
  readonly rows = new Map<PersonId, PersonRows>();
  readonly roots = new Map<PersonId, PersonId>();
  readonly profiles = new Map<PersonId, Person>();
  readonly byId = new Map<DecisionId, { entry: NewDecision; seq: number }>();
  /** The ledger as it was written; it is chained when somebody reads it. */
  readonly #written: (LedgerDraft | NewDecision)[] = [];
  readonly #chain: LedgerRow[] = [];
  readonly models = new Map<string, ModelSnapshot>();
  readonly #leases = new Map<string, Lease>();
  readonly outbox: MemoryOutbox;
  position = 0;

  constructor(outbox: MemoryOutbox) {
    this.outbox = outbox;
  }

  rootOf(id: PersonId): PersonId {
    return this.roots.get(id) ?? id;
  }

  rowsOf(id: PersonId): PersonRows {
    let rows = this.rows.get(id);
    if (!rows) {
      rows = { decisions: [], contacts: [], signals: [], credits: new Map(), rewards: new Map() };
      this.rows.set(id, rows);
    }
    return rows;
  }

  append(decisions: readonly NewDecision[], drafts: readonly LedgerDraft[]): void {
    for (const entry of decisions) {
      this.#written.push(entry);
      this.byId.set(entry.decision.id, { entry, seq: this.#written.length });
    }
    this.#written.push(...drafts);
  }

  get chain(): LedgerRow[] {
    for (const written of this.#written.slice(this.#chain.length)) {
      const draft = 'decision' in written ? decisionDraft(written) : written;
      const { kind, at, programme, person, ref, body } = draft;
      const row = { seq: this.#chain.length + 1, kind, at, programme, person, ref, digest: sha256(body) };
      const chain = chainOf(this.#chain.at(-1)?.chain ?? GENESIS, row);
      this.#chain.push({ ...row, body, chain });
    }
    return this.#chain;
  }

  readLedger(after: number, limit: number, contextual: readonly ProgrammeId[] = []): LedgerChunk {
    const rows = this.#written.slice(after, after + limit);
    const decisions = rows.flatMap((row) => {
      return 'decision' in row ? [toldApart(countedOf(row), contextual)] : [];
    });
    const entries = rows.flatMap((row, i) =>
      'decision' in row ? [] : [entryOf({ ...row, seq: after + i + 1 })],
    );
    return { upTo: after + rows.length, decisions: counted(decisions), entries };
  }

  histories(persons: readonly PersonId[], signals?: readonly string[]): History[] {
    const roots = new Set(persons.map((id) => this.rootOf(id)));
    return [...roots].flatMap((id) => this.#history(id, signals) ?? []);
  }

  credited(persons: readonly PersonId[]): PersonId[] {
    return persons.filter((id) => {
      const members = this.profiles.get(this.rootOf(id))?.members ?? [];
      return members.some((member) => (this.rows.get(member)?.credits.size ?? 0) > 0);
    });
  }

  #history(id: PersonId, names: readonly string[] | undefined): History | undefined {
    const person = this.profiles.get(id);
    if (!person) return undefined;
    const rows = person.members.flatMap((member) => this.rows.get(member) ?? []);
    const signals = rows.flatMap((r) => r.signals);
    return {
      person: id,
      aliases: person.aliases,
      arms: person.arms,
      decisions: rows.flatMap((r) =>
        r.decisions.map(({ decision }) => ({ ...decision, ...taughtOf(decision) })),
      ),
      signals: names === undefined ? signals : signals.filter(({ name }) => names.includes(name)),
      credits: rows.flatMap((r) => [...r.credits.values()]),
      rewards: rows.flatMap((r) => [...r.rewards.values()]),
    };
  }

  arms(programme: ProgrammeId, upTo: number): ArmTotals[] {
    const totals = new Map<Arm, ArmTotals>();
    const of = (arm: Arm): ArmTotals => {
      const own = totals.get(arm) ?? { arm, persons: 0, sum: 0, squares: 0 };
      totals.set(arm, own);
      return own;
    };
    for (const row of this.#written.slice(0, upTo)) {
      if (!('decision' in row) || !row.first || !this.byId.has(row.decision.id)) continue;
      if (row.decision.programme === programme) of(row.decision.arm).persons++;
    }
    for (const { rewards } of this.rows.values()) {
      const own = rewards.get(programme);
      if (!own) continue;
      of(own.arm).sum += own.reward;
      of(own.arm).squares += own.reward ** 2;
    }
    return [...totals.values()];
  }

  places(persons: readonly PersonId[]): ReadonlyMap<DecisionId, number> {
    const ids = persons
      .flatMap((id) => this.rows.get(id)?.decisions ?? [])
      .map(({ decision }) => decision.id);
    return new Map(ids.flatMap((id) => (this.byId.has(id) ? [[id, this.byId.get(id)!.seq]] : [])));
  }

  trials(programme: ProgrammeId, after: number, upTo: number): Trial[] {
    return this.#written.slice(after, upTo).flatMap((row) => {
      if (!('decision' in row) || !this.byId.has(row.decision.id)) return [];
      const { id, person, option, at, context, learn } = row.decision;
      if (row.decision.programme !== programme || !learn) return [];
      const credits = [...this.rowsOf(person).credits.values()].filter(({ decision }) => decision === id);
      const own = credits.map(({ signal, worth, delay }) => [signal, { worth, delay }] as const);
      return [{ option, at, context, credits: Object.fromEntries(own), ...taughtOf(row.decision) }];
    });
  }

  lease(name: string, holder: string, ttlMs: number): number | null {
    const granted = grant(this.#leases.get(name), { holder, ttlMs, now: Date.now() });
    if (granted) this.#leases.set(name, granted);
    return granted?.epoch ?? null;
  }

  commitFold(writes: FoldWrites): ModelSnapshot[] | null {
    if (this.position !== writes.expected) return null;
    if (writes.epoch !== undefined && this.#leases.get(FOLD_LEASE)?.epoch !== writes.epoch) return null;
    for (const credit of writes.credits) this.rowsOf(credit.person).credits.set(creditKey(credit), credit);
    for (const credit of writes.removedCredits) this.rowsOf(credit.person).credits.delete(creditKey(credit));
    for (const { person, programme } of writes.removedRewards) this.rowsOf(person).rewards.delete(programme);
    for (const reward of writes.rewards) this.rowsOf(reward.person).rewards.set(reward.programme, reward);
    for (const outcome of writes.outcomes) this.outbox.add(outcome);
    for (const person of writes.forgotten) this.#remove(person);
    this.position = writes.position;
    return writes.snapshots.map(({ programme, position, state }) => {
      const version = (this.models.get(programme)?.version ?? 0) + 1;
      const model = { programme, version, position, hash: sha256(state), state };
      this.models.set(programme, model);
      return model;
    });
  }

  storedModels(known: KnownModels = new Map()): StoredModel[] {
    return [...this.models.values()]
      .filter(({ programme, version }) => known.get(programme)?.version !== version)
      .map((model) => ({ ...model, last: model.version }));
  }

  #remove(id: PersonId): void {
    for (const member of this.profiles.get(id)?.members ?? [id]) {
      for (const { decision } of this.rows.get(member)?.decisions ?? []) this.byId.delete(decision.id);
      this.rows.delete(member);
      this.roots.delete(member);
      this.profiles.delete(member);
      for (const row of this.chain) if (row.person === member && row.kind !== 'erase') row.body = null;
    }
  }

  decision(id: DecisionId): Awaited<ReturnType<ReadStore['decision']>> {
    const found = this.byId.get(id);
    if (!found) return null;
    const { decision } = found.entry;
    const [history] = this.histories([decision.person]);
    const credits = (history?.credits ?? []).filter((credit) => credit.decision === id);
    const names = new Set(credits.map((credit) => credit.signal));
    const signals = (history?.signals ?? []).filter((s) => s.decisionId === id || names.has(s.name));
    return { decision, seq: found.seq, credits, signals };
  }

  decisionsOf(
    programme: string,
    before: number,
    limit: number,
  ): Awaited<ReturnType<ReadStore['decisionsOf']>> {
    const end = Math.min(before, this.#written.length + 1);
    const from = Math.max(1, end - STRETCH);
    const rows: { seq: number; decision: Decision }[] = [];
    for (let seq = end - 1; seq >= from && rows.length < limit; seq--) {
      const row = this.#written[seq - 1]!;
      // whoever was forgotten has no decisions any more
      if (!('decision' in row) || !this.byId.has(row.decision.id)) continue;
      if (row.decision.programme === programme) rows.push({ seq, decision: row.decision });
    }
    const decisions = rows.map(({ decision }) => {
      const credits = [...this.rowsOf(decision.person).credits.values()];
      const own = credits.filter((credit) => credit.decision === decision.id);
      return { decision, credits: own.map(({ signal, worth }) => ({ signal, worth })) };
    });
    return { decisions, next: nextBefore(rows, limit, from) };
  }

  counts(events: number): Record<string, number> {
    const signals = [...this.rows.values()].reduce((sum, rows) => sum + rows.signals.length, 0);
    const { byId, profiles } = this;
    return { decisions: byId.size, signals, persons: profiles.size, events, ledger: this.#written.length };
  }
}
