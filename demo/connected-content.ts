import { randomBytes } from 'node:crypto';
import type { Told } from './http.ts';
import { exchange } from './http.ts';

/** Where the facts below were read: Braze's pages "Making an API call" and "Caching responses", 2026-11-22. */
const LIMIT_MS = 2_000;
const MAX_BYTES = 1024 * 1024;
const CACHE_SECONDS = { least: 300, most: 14_400 };

/** One evaluation of a `connected_content` tag, its Liquid already rendered. */
export interface Call {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  noCache: boolean;
  /** Seconds; also switches caching on for POST. */
  cacheMaxAge?: number | undefined;
}

/** What the tag does: saves a value, or prints text in its own place, or neither. */
export interface Inserted {
  value?: unknown;
  text: string;
}

const NOTHING: Inserted = { text: '' };

interface Cached {
  told: Told;
  until: number;
}

export interface ConnectedContentOptions {
  /** ms since 1970 */
  now?: () => number;
  /** Whether the cache has lost an entry before its time: it is volatile, and promises nothing. */
  evicted?: () => boolean;
}

/** Calls of Connected Content as Braze makes them: 2 s, no redirects, a cache by URL alone. */
export class ConnectedContent {
  readonly #cache = new Map<string, Cached>();
  readonly #now: () => number;
  readonly #evicted: () => boolean;
  /** Tags evaluated, requests made, and how long each of those took in ms. */
  evaluations = 0;
  calls = 0;
  failures = 0;
  readonly latencies: number[] = [];

  constructor({ now = Date.now, evicted = () => false }: ConnectedContentOptions = {}) {
    this.#now = now;
    this.#evicted = evicted;
  }

  async insert(call: Call): Promise<Inserted> {
    this.evaluations += 1;
    const cached = call.noCache ? undefined : this.#cached(call.url);
    if (cached) return inserted(cached);
    try {
      const told = await this.#request(call);
      if (isSuccess(told)) this.#keep(call, told);
      else this.failures += 1;
      return inserted(told);
    } catch {
      this.failures += 1;
      return NOTHING;
    }
  }

  #cached(url: string): Told | undefined {
    const entry = this.#cache.get(url);
    if (!entry) return undefined;
    if (this.#now() < entry.until && !this.#evicted()) return entry.told;
    this.#cache.delete(url);
    return undefined;
  }

  async #request({ method, url, headers, body }: Call): Promise<Told> {
    this.calls += 1;
    const started = performance.now();
    const agent = { 'user-agent': `Braze Sender ${randomBytes(20).toString('hex')}` };
    const ask = { method, url, headers: { ...headers, ...agent }, withinMs: LIMIT_MS, maxBytes: MAX_BYTES };
    try {
      return await exchange(body === undefined ? ask : { ...ask, body });
    } finally {
      this.latencies.push(performance.now() - started);
    }
  }

  #keep({ method, url, noCache, cacheMaxAge }: Call, told: Told): void {
    if (noCache || (method === 'POST' && cacheMaxAge === undefined)) return;
    const asked = cacheMaxAge ?? CACHE_SECONDS.least;
    const seconds = Math.min(CACHE_SECONDS.most, Math.max(CACHE_SECONDS.least, asked));
    this.#cache.set(url, { told, until: this.#now() + seconds * 1000 });
  }
}

const isSuccess = ({ status }: Told): boolean => status >= 200 && status < 300;

/** JSON of a success is saved, an object with its status; other text stands where the tag stood; failures are empty. */
function inserted(told: Told): Inserted {
  if (!isSuccess(told)) return NOTHING;
  let value: unknown;
  try {
    value = JSON.parse(told.body) as unknown;
  } catch {
    return { text: told.body };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { text: '', value };
  return { text: '', value: { ...value, __http_status_code__: told.status } };
}
