import { exchange } from './http.ts';
import type { Told } from './http.ts';

/** Checking a long ledger takes a while. */
const WITHIN_MS = 60_000;

export interface OptionReport {
  option: string;
  trials: number;
  share: number;
  estimate: number;
  interval: { low: number; high: number };
  signals: Record<string, { count: number; worth: number }>;
}

export interface Report {
  modelVersion: number;
  options: OptionReport[];
  lift: {
    treated: { persons: number; mean: number };
    holdout: { persons: number; mean: number };
    difference: number;
    interval?: { low: number; high: number; level: number };
  };
}

export interface DestinationState {
  id: string;
  delivered: number;
  outbox: Record<string, number>;
}

/** Pickwell's own API, with the key of an administrator. */
export class Api {
  readonly base: string;
  readonly #key: string;

  constructor(base: string, key: string) {
    this.base = base;
    this.#key = key;
  }

  async #ask(method: 'GET' | 'POST' | 'PUT', path: string, body?: object, more?: object): Promise<string> {
    const headers = { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json', ...more };
    const ask = { method, url: this.base + path, headers, withinMs: WITHIN_MS };
    const told: Told = await exchange(body ? { ...ask, body: JSON.stringify(body) } : ask);
    if (told.status !== 200) throw new Error(`${method} ${path}: ${told.status} ${told.body}`);
    return told.body;
  }

  async create(programme: object, id: string, variants: readonly string[]): Promise<void> {
    await this.#ask('PUT', `/v1/programmes/${id}`, programme, { 'if-match': '0' });
    for (const variant of variants) {
      await this.#ask('POST', `/v1/programmes/${id}/variants/${variant}/approve`);
    }
    await this.#ask('POST', `/v1/programmes/${id}/start`);
  }

  async report(programme: string): Promise<Report> {
    return JSON.parse(await this.#ask('GET', `/v1/programmes/${programme}/report`)) as Report;
  }

  async destinations(): Promise<DestinationState[]> {
    const told = JSON.parse(await this.#ask('GET', '/v1/destinations')) as {
      destinations: DestinationState[];
    };
    return told.destinations;
  }

  async verifyLedger(): Promise<{ ok: boolean; rows: number }> {
    return JSON.parse(await this.#ask('GET', '/v1/ledger/verify')) as { ok: boolean; rows: number };
  }

  /** One number of `/metrics`, summed over its labels. */
  async metric(name: string): Promise<number> {
    const lines = (await this.#ask('GET', '/metrics')).split('\n');
    const own = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** What every row of the ledger is about, by kind. */
  async ledgerRefs(): Promise<Map<string, string[]>> {
    const refs = new Map<string, string[]>();
    for (let from = 1; ;) {
      const lines = (await this.#ask('GET', `/v1/ledger?from=${from}&limit=5000`))
        .split('\n')
        .filter(Boolean);
      for (const line of lines) {
        // the body is long and of no interest here: only the head of the row is read
        const [, kind = '', ref = ''] = /"kind":"(\w+)".*?"ref":"?((?:\\.|[^"\\])*)/.exec(line) ?? [];
        const own = refs.get(kind);
        if (own) own.push(ref);
        else refs.set(kind, [ref]);
      }
      from += lines.length;
      if (lines.length === 0) return refs;
    }
  }
}
