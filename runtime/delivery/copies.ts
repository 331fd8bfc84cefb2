/** How often a copy says that it is there, in ms. */
export const BEAT_MS = 500;

/** For how long the others believe what a copy said last, in ms by the clock of Redis. */
export const FRESH_MS = 2_500;

/** For how long an answer lets a copy use the shared limit, in ms from when it asked. */
export const LEASE_MS = 1_500;

/** How long a word may be under way, in ms; Redis does not take one that is older. */
export const WORD_MS = 1_000;

/** From the last time a copy said it shares to when nobody counts on that any more, in ms. */
export const QUIET_MS = WORD_MS + FRESH_MS + LEASE_MS;

/** After this long, in ms by the clock of Redis, a copy that left without a word is taken for dead. */
export const FORGET_MS = 120_000;

/** Sums of fractions are compared with this tolerance. */
const ROUNDING = 1e-9;

/**
 * What a copy tells the others: that it keeps to the shared limit, to its own share, to its own share until all are ready
 * to share, or that it leaves.
 */
export type Stance = 'shared' | 'local' | 'ready' | 'gone';

/** What a copy says: its stance, and the fraction of the limit it claims for when it is cut off. */
export interface Claim {
  stance: Stance;
  share: number;
}

/** What is known of a copy: its last word and when it came, in ms by the clock of Redis. */
export interface Sighting extends Claim {
  seenAt: number;
}

/** How limits are kept now; `share` is a fraction of the limit. `since` is in monotonic ms; another share begins anew. */
export type Mode =
  { kind: 'redis' | 'local'; share: number; since: number } | { kind: 'closed'; retryMs: number };

/** One answer of Redis: its clock, and every copy that it knows of by id. */
export interface Roll {
  now: number;
  copies: ReadonlyMap<string, Sighting>;
  /** Redis had lost its keys. */
  lost: boolean;
}

/**
 * Decides how this copy keeps limits, such that all copies together never use more than the whole. Pure: times are
 * handed in, in monotonic ms.
 *
 * A copy uses the shared limit only for a short while after Redis told it that every copy was heard of lately and said
 * `shared`. It uses a share of its own only once nobody can have read such a word of its own for that long; and only a
 * share for which there was room beside the claims of all others in the moment it was claimed. In between it sends
 * nothing. A copy that is missing keeps its share until it is taken for dead.
 */
export class Copies {
  readonly #id: string;
  readonly #mostShare: number;
  readonly #others = new Map<string, Sighting>();
  #stance: Stance = 'shared';
  #stanceAt: number;
  /** Until when the shared limit may be used. */
  #leaseUntil = -Infinity;
  #leasedSince = -Infinity;
  /** When this copy last said that it shares: the word may have arrived even where no answer did. */
  #saidSharedAt = -Infinity;
  #contactAt = -Infinity;
  /** Since when there has been contact with a Redis that knows the copies. */
  #contactSince = -Infinity;
  /** What the others leave to each that is there, and the share that there was room for. */
  #target = 0;
  #share: number;
  #shareAt = -Infinity;

  /** `expected`: how many copies to reckon with at least. */
  constructor(id: string, expected: number | undefined, now: number) {
    this.#id = id;
    this.#mostShare = 1 / (expected ?? 1);
    this.#share = expected === undefined ? 0 : this.#mostShare;
    this.#stanceAt = now;
  }

  /** What to say now. A share that shrinks does so before it is said. */
  announce(now: number): Claim {
    const lost = now >= this.#leaseUntil && now - Math.max(this.#contactAt, this.#stanceAt) >= LEASE_MS;
    if (lost) this.#take('local', now);
    if (this.#stance === 'shared') this.#saidSharedAt = now;
    if (this.#contactAt > -Infinity && this.#target < this.#share - ROUNDING)
      this.#setShare(this.#target, now);
    return { stance: this.#stance, share: Math.max(this.#share, this.#target) };
  }

  /** Takes note of the answer to what was said at `askedAt`. */
  hear(askedAt: number, said: Claim, roll: Roll): void {
    this.#merge(roll);
    // A word that came too late was not taken: the others may not know of this copy.
    if (roll.copies.get(this.#id)?.seenAt !== roll.now) return;
    if (roll.lost || askedAt - this.#contactAt > LEASE_MS) this.#contactSince = askedAt;
    this.#contactAt = askedAt;
    const others = [...this.#others.values()];
    const missing = others.filter(({ seenAt }) => Math.abs(roll.now - seenAt) >= FRESH_MS);
    // Others may need a moment to come back after Redis did.
    const settled = askedAt - this.#contactSince >= QUIET_MS;
    this.#claim(said, missing, settled);
    this.#take(this.#stanceBeside(others, missing.length, settled), askedAt);
    if (!settled || this.#stance !== 'shared' || said.stance !== 'shared') return;
    if (others.every(({ stance }) => stance === 'shared')) this.#lease(askedAt);
  }

  mode(now: number): Mode {
    if (this.#stance === 'shared' && now < this.#leaseUntil) {
      return { kind: 'redis', share: 1 / this.count(), since: this.#leasedSince };
    }
    const quietUntil = this.#saidSharedAt + QUIET_MS;
    if (this.#stance === 'shared' || this.#share === 0) return { kind: 'closed', retryMs: BEAT_MS };
    if (now < quietUntil) return { kind: 'closed', retryMs: quietUntil - now };
    return { kind: 'local', share: this.#share, since: Math.max(quietUntil, this.#shareAt) };
  }

  /** Copies known, this one included, those missing too. */
  count(): number {
    return this.#others.size + 1;
  }

  /** The others as last heard of: Redis may have lost them. */
  others(): ReadonlyMap<string, Sighting> {
    return this.#others;
  }

  /**
   * Redis took the claim and read those of the others in one step: so of two that claim too much the later one sees it,
   * and whoever found room keeps it.
   */
  #claim(said: Claim, missing: readonly Sighting[], settled: boolean): void {
    const sum = (all: Iterable<Sighting>) => [...all].reduce((total, { share }) => total + share, 0);
    const hasRoom = said.share + sum(this.#others.values()) <= 1 + ROUNDING;
    if (settled && said.share > this.#share + ROUNDING && hasRoom)
      this.#setShare(said.share, this.#contactAt);
    const present = this.count() - missing.length;
    const target = Math.max(0, 1 - sum(missing)) / present;
    this.#target = Math.min(target < ROUNDING ? 0 : target, this.#mostShare);
  }

  /** Nobody gives up its share for one that would not share: those that are ready change together. */
  #stanceBeside(others: readonly Sighting[], missing: number, settled: boolean): Stance {
    if (missing > 0) return 'local';
    if (!settled) return this.#stance === 'shared' ? 'shared' : 'local';
    return others.some(({ stance }) => stance === 'local') ? 'ready' : 'shared';
  }

  #merge(roll: Roll): void {
    for (const [id, sighting] of roll.copies) if (id !== this.#id) this.#others.set(id, sighting);
    for (const [id, { stance, seenAt }] of this.#others) {
      if (stance === 'gone' || roll.now - seenAt > FORGET_MS) this.#others.delete(id);
    }
  }

  #setShare(share: number, now: number): void {
    this.#share = share;
    this.#shareAt = now;
  }

  #take(stance: Stance, now: number): void {
    if (stance === this.#stance) return;
    this.#stance = stance;
    this.#stanceAt = now;
    this.#leaseUntil = -Infinity;
  }

  #lease(askedAt: number): void {
    if (askedAt >= this.#leaseUntil) this.#leasedSince = askedAt;
    this.#leaseUntil = askedAt + LEASE_MS;
  }
}
