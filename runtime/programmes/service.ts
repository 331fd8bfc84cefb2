import type { ResourceStore } from '../../core/contracts/resources.ts';
import type { ProgrammeStore } from '../../core/contracts/store.ts';
import type { Programme, ProgrammeId, ProgrammeStatus, Variant } from '../../core/domain/programme.ts';
import { sharedWorths } from '../../core/learn/past.ts';
import { Problem } from '../http/problem.ts';
import type { Finding } from './lint/finding.ts';
import { lint } from './lint/lint.ts';
import type { ProgrammeInput } from './schema.ts';
import { toProgramme } from './schema.ts';
import { ruleErrors, templateErrors } from './texts.ts';

export type Judgement = 'approved' | 'rejected' | 'archived';

/** Programmes as they are now, and changes to them: each makes a new version, and every version is kept. */
export class Programmes {
  readonly #store: ProgrammeStore;
  readonly #now: () => number;
  readonly #newest = new Map<ProgrammeId, Programme>();

  constructor(store: ProgrammeStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async load(): Promise<void> {
    for (const programme of await this.#store.programmes()) {
      // an answer that was asked for earlier may come later
      if (programme.version > (this.find(programme.id)?.version ?? 0))
        this.#newest.set(programme.id, programme);
    }
  }

  all(): Programme[] {
    return [...this.#newest.values()];
  }

  find(id: ProgrammeId): Programme | undefined {
    return this.#newest.get(id);
  }

  /** @throws Problem 404 */
  get(id: ProgrammeId): Programme {
    const programme = this.find(id);
    if (!programme) throw new Problem(404, `No programme ${id}`);
    return programme;
  }

  /** What cannot be taken for a prior, of the programmes that one names. */
  #priorErrors({
    id,
    goal,
    policy: { priorFrom = [] },
  }: ProgrammeInput): { path: string; message: string }[] {
    if (priorFrom === 'workspace') return [];
    return priorFrom.flatMap((source, i) => {
      const other = this.find(source);
      const path = `policy.priorFrom.${i}`;
      if (!other || source === id)
        return [{ path, message: `another programme that is saved, not ${source}` }];
      if (sharedWorths(goal.signals, other.goal.signals)) return [];
      return [{ path, message: `a programme whose goal counts the same signals, which ${source} does not` }];
    });
  }

  /** A programme as it would be saved. @throws Problem 422 for a template, a rule or a prior that cannot be used. */
  changed(input: ProgrammeInput): Programme {
    const templates = templateErrors(input);
    if (templates.length > 0) throw new Problem(422, 'A template cannot be parsed', templates);
    const rules = ruleErrors(input);
    if (rules.length > 0) throw new Problem(422, 'An eligibility rule cannot be used', rules);
    const priors = this.#priorErrors(input);
    if (priors.length > 0) throw new Problem(422, 'A prior cannot be used', priors);
    return toProgramme(input, this.find(input.id));
  }

  /** What about a programme is allowed and hardly meant. */
  async lint(programme: Programme, resources: Pick<ResourceStore, 'pools'>): Promise<Finding[]> {
    const now = this.#now();
    const coupons = programme.variants.some(({ coupon }) => coupon !== undefined);
    const pools = coupons ? await resources.pools(now) : undefined;
    return lint(programme, { now, pools, others: this.all().filter(({ status }) => status === 'live') });
  }

  /** @throws Problem 409 when somebody saved in between, 422 for a template, a rule or a prior that cannot be used. */
  async save(input: ProgrammeInput, expected: number): Promise<Programme> {
    return this.#put(this.changed(input), expected);
  }

  async #put(programme: Programme, expected: number): Promise<Programme> {
    if (!(await this.#store.saveProgramme(programme, expected, this.#now()))) {
      const current = this.find(programme.id)?.version ?? 0;
      throw new Problem(409, `Version ${expected} is not the newest; that is ${current}`);
    }
    const saved = { ...programme, version: expected + 1 };
    this.#newest.set(saved.id, saved);
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
