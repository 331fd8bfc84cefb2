import type { ASTNode } from '@marcbachmann/cel-js';
import type { Complete } from '../../core/decide/again.ts';
import type { Remedies } from '../../core/decide/why/candidates.ts';
import type { Change } from '../../core/decide/why/change.ts';
import { HOUR_MS } from '../../core/domain/programme.ts';
import { childrenOf, environment, fieldOf, historyAsk, isText } from './cel.ts';

/** Changes that are tried for one part of a rule at most. */
const MOST = 60;

/** What a part of a rule names and what it compares with. */
interface Parts {
  fields: string[];
  /** Fields in which something is looked for, as in `"vip" in traits.tags`. */
  lists: Set<string>;
  counts: { signal: string; ms: number }[];
  literals: (string | number | boolean)[];
  durations: number[];
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: HOUR_MS };

/** `90m` in ms, as CEL writes a duration; undefined where it has several parts. */
function durationMs(text: string): number | undefined {
  const match = /^(\d+)([smh])$/.exec(text);
  return match ? Number(match[1]) * UNITS[match[2]!]! : undefined;
}

function gather(node: ASTNode, parts: Parts): void {
  const field = fieldOf(node)?.join('.');
  if (field !== undefined) {
    if (!parts.fields.includes(field)) parts.fields.push(field);
    return;
  }
  if (node.op === 'rcall' && node.args[0] === 'count') {
    const ask = historyAsk('count', node.args[2]);
    if (typeof ask !== 'string' && ask.signal !== undefined)
      parts.counts.push({ signal: ask.signal, ms: ask.ms });
    return;
  }
  if (node.op === 'call' && node.args[0] === 'duration') {
    const [text] = node.args[1];
    const ms = isText(text) ? durationMs(text.args) : undefined;
    if (ms !== undefined) parts.durations.push(ms);
    return;
  }
  if (node.op === 'in') {
    const right = fieldOf(node.args[1])?.join('.');
    if (right !== undefined) parts.lists.add(right);
  }
  if (node.op === 'value') {
    const value: unknown = typeof node.args === 'bigint' ? Number(node.args) : node.args;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      parts.literals.push(value);
    }
  }
  for (const child of childrenOf(node)) gather(child, parts);
}

function partsOf(expression: string): Parts | undefined {
  const parts: Parts = { fields: [], lists: new Set(), counts: [], literals: [], durations: [] };
  try {
    gather(environment.parse(expression).ast, parts);
    return parts;
  } catch {
    // a part that was too long to be quoted whole
    return undefined;
  }
}

function present(field: string, { read, context }: Complete): unknown {
  const [of, name] = [field.slice(0, field.indexOf('.')), field.slice(field.indexOf('.') + 1)];
  const record: Record<string, unknown> = of === 'context' ? context : (read.traits ?? {});
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Values of a field on both sides of everything it is compared with, the nearest first. */
function valuesFor(field: string, { literals, lists }: Parts, now: unknown): unknown[] {
  const near = typeof now === 'number' ? now : 0;
  const numbers = literals
    .filter((value) => typeof value === 'number')
    .flatMap((value) => [value, value + 1, value - 1])
    .sort((a, b) => Math.abs(a - near) - Math.abs(b - near));
  const texts = literals.filter((value) => typeof value === 'string');
  const list = Array.isArray(now) ? (now as unknown[]) : [];
  const held = lists.has(field)
    ? texts.flatMap((text) => [[...list, text], list.filter((element) => element !== text)])
    : [];
  return [...held, ...numbers, ...texts, true, false, null];
}

function countChanges({ counts, literals }: Parts, { read, at }: Complete): Change[] {
  const bounds = literals.filter((value) => typeof value === 'number');
  return counts.flatMap(({ signal, ms }): Change[] => {
    const times = (read.signals?.[signal] ?? []).filter((time) => time > at - ms);
    const later = times.map((time): Change => ({ kind: 'time', at: time + ms }));
    const by = bounds
      .flatMap((bound) => [bound, bound + 1, bound - 1])
      .map((wanted) => wanted - times.length)
      .filter((more) => Number.isInteger(more) && more !== 0 && more >= -times.length && more <= 100)
      .sort((a, b) => Math.abs(a) - Math.abs(b));
    return [...by.map((more): Change => ({ kind: 'signal', signal, by: more })), ...later.reverse()];
  });
}

/** Times at which so much time has passed since the last contact, or since a time that a field holds. */
function laterTimes({ durations, fields }: Parts, decision: Complete): Change[] {
  const last = (decision.read.contacts ?? []).map(({ at }) => at);
  const told = fields.map((field) => Date.parse(String(present(field, decision))));
  const from = [...told, ...last].filter((time) => !Number.isNaN(time));
  const times = from.flatMap((time) => durations.flatMap((ms) => [time + ms, time + ms + 1]));
  return times
    .filter((time) => time > decision.at)
    .sort((a, b) => a - b)
    .map((at) => ({ kind: 'time', at }));
}

/**
 * What might have made the part of a rule that failed true: another value of one field it names, another count of a signal, or
 * time. Guesses from what it compares with; whoever asks tries them out.
 */
export const remedies: Remedies = ({ expression }, decision) => {
  const parts = expression === undefined ? undefined : partsOf(expression);
  if (!parts) return [];
  const values = parts.fields.flatMap((field) => {
    const now = present(field, decision);
    return valuesFor(field, parts, now)
      .filter((value) => JSON.stringify(value) !== JSON.stringify(now ?? null))
      .map((value): Change => ({ kind: 'value', field, value }));
  });
  return [...laterTimes(parts, decision), ...countChanges(parts, decision), ...values].slice(0, MOST);
};
