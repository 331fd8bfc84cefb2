import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';

/** How long until what failed is tried again, in ms; twice as long after every time that it fails. */
const PAUSE_MS = { least: 60_000, most: 3_600_000 };

type Saved = Pick<Programme, 'id' | 'version'>;

/** When what failed of programmes is tried again; at once when another version is saved, which may have mended it. */
export class Retries {
  readonly #now: () => number;
  readonly #known = new Map<ProgrammeId, { version: number; at: number; pause: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** It failed, for the first time or again; what is tried before its time moves nothing. */
  failed({ id, version }: Saved): void {
    if (this.waits({ id, version })) return;
    const pause = Math.min(PAUSE_MS.most, 2 * (this.#known.get(id)?.pause ?? PAUSE_MS.least / 2));
    this.#known.set(id, { version, at: this.#now() + pause, pause });
  }

  waits({ id, version }: Saved): boolean {
    const own = this.#known.get(id);
    return own?.version === version && this.#now() < own.at;
  }

  succeeded(id: ProgrammeId): void {
    this.#known.delete(id);
  }
}
