import type { ModelSnapshot } from '../../core/contracts/records.ts';
import type { LearnStore, ProgrammeStore } from '../../core/contracts/store.ts';
import type { StoredModel } from '../../core/contracts/stored-model.ts';
import type { LiveProgramme } from '../../core/decide/decide.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';
import type { Rules } from '../../core/guardrails/guardrail.ts';
import type { Lookback } from '../../core/guardrails/lookback.ts';
import { lookbackOf } from '../../core/guardrails/lookback.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState, lacks, readState } from '../../core/learn/model.ts';
import { sha256 } from '../store/ledger.ts';
import { liveOf, tryOut } from './live.ts';

export interface CataloguePorts {
  /** ms since 1970 */
  now: () => number;
  /** Told why the newest model of a programme cannot be decided on; once, until it can again. */
  refused: (error: Error) => void;
}

interface Version extends Pick<ModelSnapshot, 'version' | 'position' | 'hash'> {
  state: ModelState;
}

const unlearned = (): Version => ({ version: 0, position: 0, hash: '', state: emptyState() });

/** @throws Error where it is not the model that was written last, its state is not what was written, or cannot be read */
function opened({ programme, version, last, position, hash, state }: StoredModel): Version {
  const name = `model ${version} of ${programme}`;
  if (version !== last)
    throw new Error(`${name} was put back, or what stood there removed: ${last} was written last`);
  if (sha256(state) !== hash)
    throw new Error(`${name} is damaged: its state is not what its hash was made of`);
  try {
    return { version, position, hash, state: readState(state) };
  } catch (cause) {
    throw new Error(`${name} cannot be read: ${String(cause)}`, { cause });
  }
}

const unusable = (programme: ProgrammeId, { version }: Version, cause: unknown): Error =>
  new Error(`model ${version} of ${programme} cannot be decided on: ${String(cause)}`, { cause });

/**
 * Programmes with their models, in memory. Decisions are made on the newest model that can be decided on; folds go on from the
 * newest of all, which holds everything that was learned.
 */
export class Catalogue {
  readonly #ports: CataloguePorts;
  readonly #lives = new Map<ProgrammeId, LiveProgramme>();
  readonly #newest = new Map<ProgrammeId, Version>();
  /** What decisions are made on. */
  readonly #good = new Map<ProgrammeId, Version>();
  /** Why what stands in the store in place of the newest model cannot be used. */
  readonly #damaged = new Map<ProgrammeId, Error>();
  readonly #refused = new Set<ProgrammeId>();
  #lookback: Lookback | undefined;

  constructor(ports: CataloguePorts) {
    this.#ports = ports;
  }

  /** Programmes whose newest model cannot be decided on. */
  get refused(): number {
    return this.#refused.size;
  }

  /** Programmes whose newest state is without something that came and could not be added. */
  get behind(): number {
    return [...this.#newest.values()].filter(({ state }) => lacks(state)).length;
  }

  /** Whether a model in the store could not be read when it was last looked at. */
  get damaged(): boolean {
    return this.#damaged.size > 0;
  }

  /** Takes what is newer in the store than here. */
  async load(store: LearnStore & ProgrammeStore): Promise<void> {
    // what was damaged may have been put right where it stands
    const known = [...this.#newest].filter(([id]) => !this.#damaged.has(id));
    this.#takeAll(await store.models(new Map(known)));
    for (const programme of await store.programmes()) {
      if ((this.programme(programme.id)?.version ?? 0) < programme.version) this.put(programme);
    }
  }

  /** Whether it is newer than what is here. */
  #take(model: StoredModel): boolean {
    const { programme, last } = model;
    // what was asked for before a fold may be answered after it, and the next fold must not go on from there
    if (last < (this.#newest.get(programme)?.version ?? 0)) return false;
    try {
      this.#newest.set(programme, opened(model));
      this.#damaged.delete(programme);
    } catch (error) {
      this.#damaged.set(programme, error as Error);
    }
    return true;
  }

  /** A programme as it is saved now. */
  put(programme: Programme): void {
    const before = this.live(programme.id);
    const rules = before?.programme === programme ? before.rules : undefined;
    this.#lookback = undefined;
    this.#lives.set(programme.id, this.#usable(programme, rules));
  }

  /** The programme on the newest model that it can be decided on with. */
  #usable(programme: Programme, rules: Rules | undefined): LiveProgramme {
    const { id } = programme;
    const newest = this.#newest.get(id) ?? unlearned();
    const damage = this.#damaged.get(id);
    let fault = damage;
    const { forgot = 0 } = newest.state;
    // whoever was erased is in no older one that is decided on
    const older = [this.model(id)].filter(({ position }) => position >= forgot);
    for (const model of new Set([newest, ...older, unlearned()])) {
      try {
        const live = liveOf(programme, model, rules);
        tryOut(live, this.#ports.now());
        this.#good.set(id, model);
        this.#tell(id, fault);
        return live;
      } catch (error) {
        fault ??= unusable(id, model, error);
      }
    }
    // what fails with nothing learned, too, is not the model's fault
    this.#good.set(id, newest);
    this.#tell(id, damage);
    return liveOf(programme, newest, rules);
  }

  #tell(id: ProgrammeId, fault: Error | undefined): void {
    if (!fault) this.#refused.delete(id);
    else if (!this.#refused.has(id)) {
      this.#refused.add(id);
      this.#ports.refused(fault);
    }
  }

  /** Newer models: the next decision is made on them. */
  learn(snapshots: readonly ModelSnapshot[]): void {
    this.#takeAll(snapshots.map((snapshot) => ({ ...snapshot, last: snapshot.version })));
  }

  #takeAll(models: readonly StoredModel[]): void {
    for (const model of models) {
      if (!this.#take(model)) continue;
      const programme = this.programme(model.programme);
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

  /** The model that decisions are made on. */
  model(id: ProgrammeId): Version {
    return this.#good.get(id) ?? unlearned();
  }

  /** The newest states, which folds go on from; of those that cannot be read the last that could, which are behind. */
  states(): Map<ProgrammeId, ModelState> {
    const states = new Map([...this.#newest].map(([id, { state }]) => [id, state]));
    for (const id of this.#damaged.keys()) {
      const { state, position } = this.#newest.get(id) ?? unlearned();
      // somebody may have been erased since
      states.set(id, { ...state, behind: true, forgot: position + 1 });
    }
    return states;
  }

  /** What guardrails of live programmes have to know about the past; those of others are never asked. */
  lookback(): Lookback {
    this.#lookback ??= lookbackOf(
      [...this.#lives.values()].filter(({ programme }) => programme.status === 'live'),
    );
    return this.#lookback;
  }
}
