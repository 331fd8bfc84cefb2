import type { ASTNode } from '@marcbachmann/cel-js';
import { HOUR_MS } from '../../core/domain/programme.ts';
import { childrenOf, environment, historyAsk, isText, pathIn } from './cel.ts';
import { timeOf } from './cel-strict.ts';

/** A field that a part of a rule names, and how it is used there. */
export interface Field {
  /** The variable, the name, and the names inside it. */
  path: readonly string[];
  /** Something is looked for in it, as in `"vip" in traits.tags`. */
  list: boolean;
  /** It is to be true or false. */
  truth: boolean;
  /** Whether there is one is asked for. */
  asked: boolean;
  /** Fields it is compared with. */
  beside: Field[];
}

/** What a value has under each of some names, one inside the other; undefined: nothing. */
export const inside = (value: unknown, names: readonly string[]): unknown =>
  names.reduce<unknown>(
    (of, name) =>
      typeof of === 'object' && of !== null && Object.hasOwn(of, name)
        ? (of as Record<string, unknown>)[name]
        : undefined,
    value,
  );

/** What a part of a rule names and what it compares with. */
export interface Parts {
  fields: Field[];
  counts: { signal: string; ms: number }[];
  literals: (string | number | boolean)[];
  durations: number[];
  /** Times that are written out, ms since 1970. */
  times: number[];
  /** Parts of a time that are asked for, `getHours` for one. */
  clock: Set<string>;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: HOUR_MS };

/** `1h30m` in ms, as CEL writes a duration. */
const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit!]!,
    0,
  );

function fieldAt(node: ASTNode | undefined, { fields }: Parts): Field | undefined {
  const path = node && pathIn(node);
  if (!path) return undefined;
  const known = fields.find((one) => JSON.stringify(one.path) === JSON.stringify(path));
  const field = known ?? { path, list: false, truth: false, asked: false, beside: [] };
  if (!known) fields.push(field);
  return field;
}

const COMPARED: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const TRUTHS: ReadonlySet<string> = new Set(['&&', '||', '!_']);

/** How fields are used that are themselves parts of a node. */
function used(node: ASTNode, parts: Parts): void {
  if (TRUTHS.has(node.op)) for (const child of childrenOf(node)) truth(child, parts);
  if (node.op === '?:') truth(childrenOf(node)[0], parts);
  const [left, right] = childrenOf(node).map((child) => fieldAt(child, parts));
  if (COMPARED.has(node.op) && left && right) {
    left.beside.push(right);
    right.beside.push(left);
  }
  if (node.op === 'in' && right) right.list = true;
  if (node.op === 'call' && node.args[0] === 'has' && left) left.asked = true;
}

function truth(node: ASTNode | undefined, parts: Parts): void {
  const field = fieldAt(node, parts);
  if (field) field.truth = true;
}

/** A call that is looked at no further. */
function called(node: ASTNode, parts: Parts): boolean {
  if (node.op !== 'call' && node.op !== 'rcall') return false;
  const name = node.args[0];
  const [text] = node.args.at(-1) as readonly ASTNode[];
  if (name.startsWith('get')) parts.clock.add(name);
  if (name === 'count' && node.op === 'rcall') {
    const ask = historyAsk('count', node.args[2]);
    if (typeof ask !== 'string' && ask.signal !== undefined)
      parts.counts.push({ signal: ask.signal, ms: ask.ms });
    return true;
  }
  if (!isText(text)) return false;
  if (name === 'duration') parts.durations.push(durationMs(text.args));
  if (name === 'timestamp') parts.times.push(timeOf(text.args)?.getTime() ?? NaN);
  return name === 'duration' || name === 'timestamp';
}

function gather(node: ASTNode, parts: Parts): void {
  if (fieldAt(node, parts) || called(node, parts)) return;
  if (node.op === 'value') {
    const value: unknown = typeof node.args === 'bigint' ? Number(node.args) : node.args;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      parts.literals.push(value);
    }
  }
  used(node, parts);
  for (const child of childrenOf(node)) gather(child, parts);
}

/** Undefined for a part that was too long to be quoted whole. */
export function partsOf(expression: string): Parts | undefined {
  const parts: Parts = {
    ...{ fields: [], counts: [], literals: [], durations: [], times: [] },
    clock: new Set(),
  };
  try {
    const { ast } = environment.parse(expression);
    truth(ast, parts);
    gather(ast, parts);
    return parts;
  } catch {
    return undefined;
  }
}
