import type { ModelSnapshot } from '../../core/contracts/records.ts';
import type { LearnStore, ProgrammeStore } from '../../core/contracts/store.ts';
import type { LiveProgramme } from '../../core/decide/decide.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';
import type { Lookback } from '../../core/guardrails/lookback.ts';
import { lookbackOf } from '../../core/guardrails/lookback.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState, readState } from '../../core/learn/model.ts';
import { liveOf } from './live.ts';

/** Programmes with their newest models, in memory: what decisions are made on. */
export class Catalogue {
  readonly #lives = new Map<ProgrammeId, LiveProgramme>();
  readonly #states = new Map<ProgrammeId, { version: number; state: ModelState }>();
  #lookback: Lookback | undefined;
  /** Place in the ledger of the newest model. */
  #position = -1;

  /** Takes what is newer in the store than here. */
  async load(store: LearnStore & ProgrammeStore): Promise<void> {
    this.learn(await store.models(this.#position));
    for (const programme of await store.programmes()) {
      if ((this.programme(programme.id)?.version ?? 0) < programme.version) this.put(programme);
    }
  }

  #take({ programme, version, position, state }: ModelSnapshot): void {
    // what was asked for before a fold may be answered after it, and the next fold must not go on from there
    if (version <= this.model(programme).version) return;
    this.#states.set(programme, { version, state: readState(state) });
    this.#position = Math.max(this.#position, position);
  }

  /** A programme as it is saved now. */
  put(programme: Programme): void {
    const before = this.live(programme.id);
    const rules = before?.programme === programme ? before.rules : undefined;
    this.#lookback = undefined;
    this.#lives.set(programme.id, liveOf(programme, this.model(programme.id), rules));
  }

  /** Newer models: the next decision is made on them. */
  learn(snapshots: readonly ModelSnapshot[]): void {
    for (const snapshot of snapshots) {
      this.#take(snapshot);
      const programme = this.programme(snapshot.programme);
      if (programme) this.put(programme);
    }
  }

  live(id: ProgrammeId): LiveProgramme | undefined {
    return this.#lives.get(id);
  }

  programme(id: ProgrammeId): Programme | undefined {
    return this.live(id)?.programme;
  }

  programmes(): Programme[] {
    return [...this.#lives.values()].map(({ programme }) => programme);
  }

  model(id: ProgrammeId): { version: number; state: ModelState } {
    return this.#states.get(id) ?? { version: 0, state: emptyState() };
  }

  states(): Map<ProgrammeId, ModelState> {
    return new Map([...this.#states].map(([id, { state }]) => [id, state]));
  }

  /** What guardrails of live programmes have to know about the past; those of others are never asked. */
  lookback(): Lookback {
    this.#lookback ??= lookbackOf(
      [...this.#lives.values()].filter(({ programme }) => programme.status === 'live'),
    );
    return this.#lookback;
  }
}
