import type { ModelSnapshot } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { LiveProgramme } from '../../core/decide/decide.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';
import { HOUR_MS } from '../../core/domain/programme.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState } from '../../core/learn/model.ts';
import { weightedThompson } from '../../core/policies/weighted-thompson.ts';

interface Entry {
  programme: Programme;
  version: number;
  state: ModelState;
  live: LiveProgramme;
}

/** Programmes with their newest models, in memory: what decisions are made on. */
export class Catalogue {
  readonly #entries = new Map<ProgrammeId, Entry>();
  readonly #states = new Map<ProgrammeId, { version: number; state: ModelState }>();

  async load(store: Store): Promise<void> {
    for (const snapshot of await store.models()) this.#take(snapshot);
    for (const programme of await store.programmes()) this.put(programme);
  }

  #take({ programme, version, state }: ModelSnapshot): void {
    this.#states.set(programme, { version, state: JSON.parse(state) as ModelState });
  }

  /** A programme as it is saved now. */
  put(programme: Programme): void {
    const { version, state } = this.#states.get(programme.id) ?? { version: 0, state: emptyState() };
    const policy = weightedThompson(programme, { programme: programme.id, version, state });
    const live = { programme, policy, modelVersion: version };
    this.#entries.set(programme.id, { programme, version, state, live });
  }

  /** Newer models: the next decision is made on them. */
  learn(snapshots: readonly ModelSnapshot[]): void {
    for (const snapshot of snapshots) {
      this.#take(snapshot);
      const entry = this.#entries.get(snapshot.programme);
      if (entry) this.put(entry.programme);
    }
  }

  live(id: ProgrammeId): LiveProgramme | undefined {
    return this.#entries.get(id)?.live;
  }

  programme(id: ProgrammeId): Programme | undefined {
    return this.#entries.get(id)?.programme;
  }

  programmes(): Programme[] {
    return [...this.#entries.values()].map(({ programme }) => programme);
  }

  model(id: ProgrammeId): { version: number; state: ModelState } {
    return this.#states.get(id) ?? { version: 0, state: emptyState() };
  }

  states(): Map<ProgrammeId, ModelState> {
    return new Map([...this.#states].map(([id, { state }]) => [id, state]));
  }

  /** Longest window any cap looks back, in ms. */
  longestCapMs(): number {
    const hours = this.programmes().flatMap((p) => (p.guardrails.caps ?? []).map((cap) => cap.hours));
    return Math.max(0, ...hours) * HOUR_MS;
  }
}
