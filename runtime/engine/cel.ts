import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import { Environment } from '@marcbachmann/cel-js';
import type { Contact } from '../../core/contracts/records.ts';
import { HOUR_MS } from '../../core/domain/programme.ts';
import type { GuardContext, HistoryAsk } from '../../core/guardrails/guardrail.ts';
import { lastContact, pastOf } from '../../core/guardrails/history.ts';
import type { Past } from '../../core/guardrails/past.ts';
import { isLength, timeOf, useStrict, withStrict } from './cel-strict.ts';

/** `90m`, `24h` or `30d` in ms. */
export function windowMs(text: string): number | undefined {
  const match = /^(\d{1,5})([mhd])$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * { m: 60_000, h: HOUR_MS, d: 24 * HOUR_MS }[match[2] as 'm' | 'h' | 'd'];
  return ms > 0 && ms <= MOST_WINDOW ? ms : undefined;
}

const MOST_WINDOW = 366 * 24 * HOUR_MS;
/** How far back `lastContact` and `lastVariant` look. */
const LAST_MS = 92 * 24 * HOUR_MS;

/** What a person did, as expressions see it. What it costs to ask does not grow with the past, but for the first time. */
export class History {
  readonly #given: GuardContext;
  readonly #past: Past;
  #last: { contact: Contact | undefined } | undefined;

  constructor(given: GuardContext) {
    this.#given = given;
    this.#past = pastOf(given);
  }

  /** What there is to go through before anything can be answered. */
  get size(): number {
    return this.#past.size + this.#given.contacts.length;
  }

  count(name: string, window: string): number {
    return this.#past.count(name, this.#given.now - (windowMs(window) ?? 0));
  }

  /** @throws Error when there is none. */
  lastContact(): Date {
    const last = this.#lastContact();
    if (!last) throw new Error('there is no contact');
    return new Date(last.at);
  }

  /** Empty where there is none. */
  lastVariant(): string {
    return this.#lastContact()?.variant ?? '';
  }

  #lastContact(): Contact | undefined {
    this.#last ??= { contact: lastContact(this.#given) };
    return this.#last.contact;
  }
}

/** Bounds of one expression. Together with `STEPS` they bound what evaluating it can cost. */
export const LIMITS = {
  maxAstNodes: 200,
  maxDepth: 24,
  maxListElements: 100,
  maxMapEntries: 20,
  maxCallArguments: 3,
};

/** Characters of an expression. */
export const MOST_TEXT = 2_000;

export const environment = withStrict(
  new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS }),
)
  .registerVariable('traits', 'map<string, dyn>')
  .registerVariable('context', 'map<string, dyn>')
  .registerVariable('now', 'google.protobuf.Timestamp')
  .registerType('History', History)
  .registerVariable('history', 'History')
  .registerFunction('History.count(string, string): int', (past: History, name: string, window: string) =>
    BigInt(past.count(name, window)),
  )
  .registerFunction('History.lastContact(): google.protobuf.Timestamp', (past: History) => past.lastContact())
  .registerFunction('History.lastVariant(): string', (past: History) => past.lastVariant());

/** What looks at each element of a list. One inside another would multiply their costs. */
const COMPREHENSIONS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one']);

/**
 * Functions that cost no more than the text they are given is long. Not among them: `matches` (regular expressions that
 * backtrack), `bind`, `split`, `join`, `map` and `filter` (values that grow), and what reads this machine's zone.
 */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...COMPREHENSIONS,
  ...['has', 'size', 'contains', 'startsWith', 'endsWith', 'lowerAscii', 'upperAscii', 'trim'],
  ...['int', 'double', 'string', 'bool', 'timestamp', 'duration'],
  ...['getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getHours', 'getMinutes'],
]);

/** Variables whose fields are named one by one, so that only these are looked at. */
const FIELDS: ReadonlySet<string> = new Set(['traits', 'context']);

/** A place in an expression that is not allowed, and why. */
export interface Objection {
  message: string;
  /** Place of the character, from 0. */
  at: number;
}

/** What an expression looks at. */
export interface Uses {
  traits: Set<string>;
  context: Set<string>;
  history: HistoryAsk[];
  /** Whether it looks at the time. */
  now: boolean;
  nodes: number;
  /** Whether it looks at fields or at the past again for each element of a list. */
  squares: boolean;
}

export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

export const isText = (node: ASTNode | undefined): node is ASTNode & { op: 'value'; args: string } =>
  node?.op === 'value' && typeof node.args === 'string';

/** The variable and field that a node names outright, as in `traits.age` and `traits["first name"]`. */
export function fieldOf(node: ASTNode): [variable: string, field: string] | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [of, name] = node.args;
  if (of.op !== 'id' || !FIELDS.has(of.args)) return undefined;
  if (typeof name === 'string') return [of.args, name];
  return isText(name) ? [of.args, name.args] : undefined;
}

/** The same of fields inside a field, as in `traits.address.country`: the variable and each name. */
export function pathIn(node: ASTNode): string[] | undefined {
  const field = fieldOf(node);
  if (field ?? (node.op !== '.' && node.op !== '[]')) return field;
  const [of, name] = node.args as [ASTNode, string | ASTNode];
  const before = pathIn(of);
  const own = typeof name === 'string' ? name : isText(name) ? name.args : undefined;
  return before && own !== undefined ? [...before, own] : undefined;
}

/** What a call of `history` asks for, or why it cannot be asked. */
export function historyAsk(call: string, [name, window]: readonly ASTNode[]): HistoryAsk | string {
  if (call === 'lastContact' || call === 'lastVariant') return { ms: LAST_MS };
  const ms = isText(window) ? windowMs(window.args) : undefined;
  if (call === 'count' && isText(name) && ms !== undefined) return { signal: name.args, ms };
  return 'history is used as in history.count("Order Completed", "30d"), history.lastContact(), history.lastVariant()';
}

function callObjection(name: string, args: readonly ASTNode[], inside: boolean): string | undefined {
  if (!FUNCTIONS.has(name)) return `${name}() is not available`;
  if (COMPREHENSIONS.has(name) && inside) return `${name}() inside another ${[...COMPREHENSIONS].join(', ')}`;
  if (name === 'duration' && !(isText(args[0]) && isLength(args[0].args)))
    return 'duration() takes a text such as "24h" or "1h30m" as it is written here';
  if (name === 'timestamp' && isText(args[0]) && !timeOf(args[0].args))
    return 'timestamp() takes a time with its zone such as "2026-11-22T10:00:00Z"';
  if (name.startsWith('get') && args.length > 0)
    return `${name}() is in UTC and takes no zone; see quietHours`;
  return undefined;
}

/** Walks an expression and gathers what it looks at; the first thing in it that is not allowed, or undefined. */
export function walk(node: ASTNode, uses: Uses, inside = false): Objection | undefined {
  uses.nodes++;
  const at = node.start;
  const field = fieldOf(node);
  if (field) {
    uses[field[0] as 'traits' | 'context'].add(field[1]);
    uses.squares ||= inside;
    return undefined;
  }
  if (node.op === 'rcall' && node.args[1].op === 'id' && node.args[1].args === 'history') {
    const ask = historyAsk(node.args[0], node.args[2]);
    if (typeof ask === 'string') return { at, message: ask };
    uses.history.push(ask);
    uses.squares ||= inside;
    return undefined;
  }
  if (node.op === 'id' && node.args === 'history') return { at, message: historyAsk('', []) as string };
  if (node.op === 'id' && FIELDS.has(node.args)) {
    return { at, message: `${node.args} is used by field: ${node.args}.name` };
  }
  uses.now ||= node.op === 'id' && node.args === 'now';
  let deeper = inside;
  if (node.op === 'call' || node.op === 'rcall') {
    const name = node.args[0];
    const message = callObjection(name, node.args.at(-1) as readonly ASTNode[], inside);
    if (message !== undefined) return { at, message };
    deeper ||= COMPREHENSIONS.has(name);
  }
  for (const child of childrenOf(node)) {
    // the list itself is looked at once
    const list = node.op === 'rcall' && child === node.args[1];
    const objection = walk(child, uses, list ? inside : deeper);
    if (objection) return objection;
  }
  return undefined;
}

/** An expression ready to run, which may be run as often as wanted. */
export function runnable(text: string): ParseResult {
  const whole = environment.parse(text);
  const strictly = (node: ASTNode): void => {
    useStrict(node);
    for (const child of childrenOf(node)) strictly(child);
  };
  strictly(whole.ast);
  return whole;
}

/** The parts of a conjunction: `a && b && c` is three. */
export function termsOf(node: ASTNode): ASTNode[] {
  return node.op === '&&' ? node.args.flatMap(termsOf) : [node];
}
