import type { Rng } from '../../core/contracts/rng.ts';
import { below, pick } from './chance.ts';

/** As much of a JSON schema as is needed to make values that nearly fit it. */
export interface Shape {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
  items?: Shape;
  properties?: Record<string, Shape>;
  additionalProperties?: Shape | boolean;
}

/** JSON texts nobody expects; not all of them are JSON. */
const ODD = [
  ...['null', 'true', '0', '-0', '-1', '1e999', '-1e308', '5e-324', '9007199254740993', '1.5', '1e3', 'NaN'],
  ...[
    '""',
    '" "',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc00x"',
    '"\u202e"',
    '"😀 ß"',
    '"\\r\\nx: y"',
  ],
  ...['"__proto__"', '"constructor"', '"prototype"', '"toString"', '"\'; DROP TABLE persons; --"', '"%_"'],
  ...[
    '"{{ a }}"',
    '"{% for %}"',
    '"2026-11-22T09:00:00Z"',
    '"-271821-04-20"',
    '"http://127.1/"',
    '"../../etc"',
  ],
  ...[
    `"${'x'.repeat(5_000)}"`,
    '[]',
    '{}',
    '[[]]',
    '{"a":1,"a":2}',
    `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  ],
  ...[
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '[null]',
    'undefined',
  ],
];

/** Names and ids that mean something here. */
const KNOWN = [
  'welcome',
  'u1',
  'a',
  'b',
  'email',
  's1',
  'Order Completed',
  'newsletter',
  '1',
  '2026-11-22T09:00:00Z',
];

/** Requests that nearly make sense, by a seed. */
export class OddRequests {
  readonly #rng: Rng;
  /** How likely a value is one that nobody expects. */
  #oddity = 0.1;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  pick<T>(values: readonly T[]): T {
    return pick(this.#rng, values);
  }

  chance(p: number): boolean {
    return this.#rng.uniform() < p;
  }

  /** A body for a schema: mostly fitting, odd in places, at times no JSON at all. */
  body(shape: Shape | undefined): string {
    this.#oddity = this.pick([0, 0.02, 0.1, 0.5]);
    const text = this.#text(shape ?? {}, 0);
    if (this.chance(0.03)) return text.slice(0, below(this.#rng, text.length));
    if (this.chance(0.02)) return `\ufeff${text}`;
    return text;
  }

  /** What stands for a parameter in a path or a query, encoded. */
  parameter(): string {
    if (this.chance(0.5)) return encodeURIComponent(this.pick(KNOWN));
    const odd = this.pick([
      '%00',
      '..%2f..',
      '%ff%fe',
      '%2e%2e',
      '',
      'x'.repeat(2_000),
      '__proto__',
      '%F0%9F%98%80',
      '-1',
      '1e9',
      "'",
    ]);
    return odd;
  }

  #text(shape: Shape, depth: number): string {
    if (this.chance(this.#oddity)) return this.pick(ODD);
    const choices = shape.anyOf ?? shape.oneOf;
    if (choices) return this.#text(this.pick(choices), depth);
    if (shape.const !== undefined) return JSON.stringify(shape.const);
    if (shape.enum) return JSON.stringify(this.pick(shape.enum));
    const type = Array.isArray(shape.type)
      ? this.pick(shape.type)
      : (shape.type ?? this.pick(['object', 'string', 'number']));
    if (type === 'object') return this.#object(shape, depth);
    if (type === 'array')
      return `[${this.#list(below(this.#rng, 4), () => this.#text(shape.items ?? {}, depth + 1))}]`;
    if (type === 'boolean') return this.pick(['true', 'false']);
    if (type === 'null') return 'null';
    if (type === 'string') return JSON.stringify(this.pick(KNOWN));
    return this.pick(['0', '1', '2', '24', '0.5', '1000', '1790000000000']);
  }

  #list(length: number, make: () => string): string {
    return Array.from({ length }, make).join();
  }

  #object({ properties = {}, additionalProperties: more }: Shape, depth: number): string {
    if (depth > 6) return '{}';
    const own = Object.entries(properties).filter(() => this.chance(0.8));
    const others = typeof more === 'object' || Object.keys(properties).length === 0 ? below(this.#rng, 3) : 0;
    const value = typeof more === 'object' ? more : {};
    const members = own.map(([name, shape]) => `${JSON.stringify(name)}:${this.#text(shape, depth + 1)}`);
    for (let i = 0; i < others; i++) {
      const name = this.chance(this.#oddity) ? '__proto__' : this.pick(KNOWN);
      members.push(`${JSON.stringify(name)}:${this.#text(value, depth + 1)}`);
    }
    return `{${members.join()}}`;
  }
}
