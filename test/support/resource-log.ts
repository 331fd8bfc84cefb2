import type { Decision } from '../../core/domain/decision.ts';
import type { Programme, Variant } from '../../core/domain/programme.ts';
import { HOUR } from './programmes.ts';

interface Entry {
  at: number;
  programme: string;
  variant: Variant;
  code: string | undefined;
  /** Berlin's calendar day, and London's. */
  days: Record<string, string>;
  releases: number;
  sent: boolean;
  aborted: boolean;
  workedOff: boolean;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** The calendar day on the clocks of a zone, by another way than the one that is checked. */
function dayIn(zone: string, at: number): string {
  let format = FORMATS.get(zone);
  if (!format) FORMATS.set(zone, (format = new Intl.DateTimeFormat('en-CA', { timeZone: zone })));
  return format.format(at);
}

/**
 * A second way of counting what all persons share: every contact there was, in the order it was acknowledged. Says which
 * variants have to be dropped for want of it, by looking at all of them.
 */
export class ResourceLog {
  readonly #entries = new Map<string, Entry>();
  readonly #bySend = new Map<string, Entry>();
  readonly #codes: readonly string[];
  #loaded: readonly string[] = [];
  readonly #zones: readonly string[];

  constructor(codes: readonly string[], zones: readonly string[]) {
    this.#codes = codes;
    this.#zones = zones;
  }

  decided({ id, at, send = '', variant, coupon, programme }: Decision, own: Programme): void {
    const made = own.variants.find((candidate) => candidate.id === variant)!;
    const hours = made.route ? Infinity : (own.guardrails.releaseAfterHours ?? Infinity);
    const days = Object.fromEntries(this.#zones.map((zone) => [zone, dayIn(zone, at)]));
    const state = { sent: false, aborted: false, workedOff: false };
    const releases = at + hours * HOUR;
    const entry = { at, programme, variant: made, code: coupon?.code, days, releases, ...state };
    this.#entries.set(id, entry);
    this.#bySend.set(send, entry);
  }

  #about({ made, send }: { made: string | undefined; send: string | undefined }): Entry {
    return this.#entries.get(made ?? '') ?? this.#bySend.get(send!)!;
  }

  sent(about: { made: string | undefined; send: string | undefined }): void {
    this.#about(about).sent = true;
  }

  aborted(about: { made: string | undefined; send: string | undefined }): void {
    this.#about(about).aborted = true;
  }

  workedOff(made: string): void {
    this.#entries.get(made)!.workedOff = true;
  }

  #standing(now: number): Entry[] {
    return [...this.#entries.values()].filter((e) => e.sent || (!e.aborted && now < e.releases));
  }

  /** A batch begins: codes that are given back in it are handed out in the next one. */
  begin(now: number): void {
    this.#loaded = this.#codes;
    this.#loaded = this.free(now);
  }

  /** Codes that were nobody's when the batch began, and are not now. */
  free(now: number, standing = this.#standing(now)): string[] {
    const held = new Set(standing.map(({ code }) => code));
    return this.#loaded.filter((code) => !held.has(code));
  }

  /** Ids of the variants that something is wanting for. */
  closed(own: Programme, now: number): string[] {
    const standing = this.#standing(now);
    const wanting = own.variants.filter(
      (variant) =>
        this.#capped(own, variant, standing, now) ||
        spent(own, variant, standing, now) ||
        (variant.coupon !== undefined && this.free(now, standing).length === 0) ||
        crowded(own, variant, standing, now),
    );
    return wanting.map(({ id }) => id);
  }

  #capped({ id, guardrails }: Programme, variant: Variant, standing: readonly Entry[], now: number): boolean {
    return (guardrails.caps ?? []).some(({ per, channel, count, hours }) => {
      if (channel !== undefined && channel !== variant.channel) return false;
      let counted = 0;
      for (const entry of standing) {
        if (entry.programme !== id || entry.at <= now - hours * HOUR) continue;
        if (channel !== undefined && entry.variant.channel !== channel) continue;
        if (per === 'variant' && entry.variant.id !== variant.id) continue;
        counted++;
      }
      return counted >= count;
    });
  }
}

const cents = (money = 0): number => Math.round(money * 100);

function spent(
  { id, guardrails }: Programme,
  variant: Variant,
  standing: readonly Entry[],
  now: number,
): boolean {
  const { perDay = Infinity, total = Infinity, zone = 'UTC' } = guardrails.budget ?? {};
  if (cents(variant.cost) === 0) return false;
  const today = dayIn(zone, now);
  let [day, all] = [0, 0];
  for (const entry of standing) {
    if (entry.programme !== id) continue;
    all += cents(entry.variant.cost);
    if (entry.days[zone] === today) day += cents(entry.variant.cost);
  }
  return day + cents(variant.cost) > cents(perDay) || all + cents(variant.cost) > cents(total);
}

function crowded(
  { guardrails }: Programme,
  { route }: Variant,
  standing: readonly Entry[],
  now: number,
): boolean {
  const queue = route && guardrails.queues?.[route.queue];
  if (!queue) return false;
  const { perDay = Infinity, atOnce = Infinity, hours = 0, zone = 'UTC' } = queue;
  const today = dayIn(zone, now);
  const own = standing.filter((entry) => entry.variant.route?.queue === route.queue);
  const waiting = own.filter((entry) => !entry.workedOff && entry.at > now - hours * HOUR);
  return own.filter(({ days }) => days[zone] === today).length >= perDay || waiting.length >= atOnce;
}
