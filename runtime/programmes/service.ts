import type { Store } from '../../core/contracts/store.ts';
import type { Programme, ProgrammeStatus, Variant } from '../../core/domain/programme.ts';
import type { Catalogue } from '../engine/catalogue.ts';
import { templateError } from '../engine/content.ts';
import { Problem } from '../http/problem.ts';
import type { ProgrammeInput } from './schema.ts';
import { toProgramme } from './schema.ts';

export type Judgement = 'approved' | 'rejected' | 'archived';

/** Changes to programmes: each makes a new version, and every version is kept. */
export class Programmes {
  readonly #store: Store;
  readonly #catalogue: Catalogue;
  readonly #now: () => number;

  constructor(store: Store, catalogue: Catalogue, now: () => number) {
    this.#store = store;
    this.#catalogue = catalogue;
    this.#now = now;
  }

  get(id: string): Programme {
    const programme = this.#catalogue.programme(id);
    if (!programme) throw new Problem(404, `No programme ${id}`);
    return programme;
  }

  /** @throws Problem 409 when somebody saved in between, 422 for a template that cannot be parsed. */
  async save(input: ProgrammeInput, expected: number): Promise<Programme> {
    const errors = input.variants.flatMap((variant, i) =>
      Object.entries(variant.content).flatMap(([name, template]) => {
        const message = templateError(template);
        return message === undefined ? [] : [{ path: `variants.${i}.content.${name}`, message }];
      }),
    );
    if (errors.length > 0) throw new Problem(422, 'A template cannot be parsed', errors);
    return this.#put(toProgramme(input, this.#catalogue.programme(input.id)), expected);
  }

  async #put(programme: Programme, expected: number): Promise<Programme> {
    if (!(await this.#store.saveProgramme(programme, expected, this.#now()))) {
      const current = this.#catalogue.programme(programme.id)?.version ?? 0;
      throw new Problem(409, `Version ${expected} is not the newest; that is ${current}`);
    }
    const saved = { ...programme, version: expected + 1 };
    this.#catalogue.put(saved);
    return saved;
  }

  setStatus(id: string, status: ProgrammeStatus): Promise<Programme> {
    const programme = this.get(id);
    return this.#put({ ...programme, status }, programme.version);
  }

  /** Binds a judgement to the content as it is now. */
  judge(id: string, variantId: string, status: Judgement, by: string): Promise<Programme> {
    const programme = this.get(id);
    if (!programme.variants.some((variant) => variant.id === variantId)) {
      throw new Problem(404, `No variant ${variantId} in ${id}`);
    }
    const variants = programme.variants.map((variant): Variant => {
      if (variant.id !== variantId) return variant;
      return { ...variant, approval: { status, contentHash: variant.contentHash, at: this.#now(), by } };
    });
    return this.#put({ ...programme, variants }, programme.version);
  }
}
