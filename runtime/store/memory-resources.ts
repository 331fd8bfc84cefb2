import type {
  PoolCount,
  ReservationWrite,
  ResourceAsk,
  ResourceFact,
} from '../../core/contracts/resources.ts';
import type { ResourceKey } from '../../core/domain/resource.ts';
import { NEVER } from '../../core/domain/resource.ts';
import { poolKey } from '../../core/guardrails/needs.ts';

/** What is taken of resources, in memory: every reservation is looked at each time. */
export class MemoryResources {
  readonly #reservations = new Map<ResourceKey, Map<string, ReservationWrite>>();
  readonly #pools = new Map<ResourceKey, Set<string>>();

  #standing(key: ResourceKey, now: number): ReservationWrite[] {
    const all = this.#reservations.get(key)?.values() ?? [];
    return [...all].filter(({ endsAt }) => endsAt > now);
  }

  #sum(key: ResourceKey, now: number): number {
    return this.#standing(key, now).reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Free codes: never given out first, then those that have been free for longest. */
  #free(key: ResourceKey, now: number): string[] {
    const ends = new Map<string, number>();
    for (const { code = '', endsAt } of this.#reservations.get(key)?.values() ?? []) {
      ends.set(code, Math.max(endsAt, ends.get(code) ?? 0));
    }
    const endOf = (code: string): number => ends.get(code) ?? 0;
    const free = [...(this.#pools.get(key) ?? [])].filter((code) => endOf(code) <= now);
    return free.sort((a, b) => endOf(a) - endOf(b));
  }

  fact({ key, codes }: ResourceAsk, now: number): ResourceFact {
    const standing = this.#standing(key, now);
    const next = standing.reduce<number | undefined>((a = NEVER, b) => Math.min(a, b.endsAt), undefined);
    const first = standing.filter(({ endsAt }) => endsAt === next && endsAt < NEVER);
    const ending = first.length === 0 ? undefined : first.reduce((sum, { amount }) => sum + amount, 0);
    const free = codes === 0 ? [] : this.#free(key, now).slice(0, codes);
    return { key, taken: this.#sum(key, now), asOf: now, next, ending, codes: free };
  }

  write(reservation: ReservationWrite): void {
    const { resource, id } = reservation;
    let own = this.#reservations.get(resource);
    if (!own) this.#reservations.set(resource, (own = new Map<string, ReservationWrite>()));
    own.set(id, reservation);
  }

  addCodes(pool: string, codes: readonly string[]): string[] {
    const key = poolKey(pool);
    let own = this.#pools.get(key);
    if (!own) this.#pools.set(key, (own = new Set()));
    const known = codes.filter((code) => own.has(code));
    for (const code of codes) own.add(code);
    return known;
  }

  pools(now: number): PoolCount[] {
    return [...this.#pools].sort().map(([key, codes]) => {
      return { pool: key.slice(poolKey('').length), codes: codes.size, free: this.#free(key, now).length };
    });
  }

  taken(keys: readonly ResourceKey[], now: number): { key: ResourceKey; taken: number }[] {
    return keys.map((key) => ({ key, taken: this.#sum(key, now) }));
  }
}
