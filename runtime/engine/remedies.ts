import type { Complete } from '../../core/decide/again.ts';
import type { Remedies } from '../../core/decide/why/candidates.ts';
import type { Change } from '../../core/decide/why/change.ts';
import { openTimes } from './open-times.ts';
import type { Field, Parts } from './rule-parts.ts';
import { inside, partsOf } from './rule-parts.ts';

/** Changes that are tried for one part of a rule at most. */
const MOST = 60;

const recordOf = (of: string, { read, context }: Complete): Record<string, unknown> =>
  of === 'context' ? context : (read.traits ?? {});

const present = ({ path: [of = '', ...names] }: Field, decision: Complete): unknown =>
  inside(recordOf(of, decision), names);

/** Values of a field on both sides of everything it is compared with, the nearest first. */
function valuesFor(field: Field, parts: Parts, decision: Complete): unknown[] {
  const now = present(field, decision);
  const near = typeof now === 'number' ? now : 0;
  const others = field.beside.map((other) => present(other, decision)).filter((own) => own !== undefined);
  const all = [...parts.literals, ...others];
  const numbers = all
    .filter((value) => typeof value === 'number')
    .flatMap((value) => [value, value + 1, value - 1])
    .sort((a, b) => Math.abs(a - near) - Math.abs(b - near));
  const texts = all.filter((value) => typeof value === 'string');
  const list = Array.isArray(now) ? (now as unknown[]) : [];
  const held = field.list
    ? texts.flatMap((text) => [[...list, text], list.filter((element) => element !== text)])
    : [];
  const truths = field.truth || all.some((value) => typeof value === 'boolean') ? [true, false] : [];
  return [...held, ...numbers, ...texts, ...truths, ...(field.asked ? [null] : [])];
}

/** A value with another one under some names inside it. */
function replaced(of: unknown, [name, ...deeper]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const record = typeof of === 'object' && of !== null && !Array.isArray(of) ? of : {};
  const others = Object.entries(record).filter(([other]) => other !== name);
  const own = replaced(inside(of, [name]), deeper, value);
  return Object.fromEntries(own === null ? others : [...others, [name, own]]);
}

function valueChanges(parts: Parts, decision: Complete): Change[] {
  return parts.fields.flatMap((field) => {
    const [of = '', name = '', ...part] = field.path;
    const whole = inside(recordOf(of, decision), [name]);
    const now = JSON.stringify(present(field, decision) ?? null);
    return valuesFor(field, parts, decision)
      .filter((value) => JSON.stringify(value) !== now)
      .map((value): Change => {
        const change = {
          kind: 'value',
          field: `${of}.${name}`,
          value: replaced(whole, part, value),
        } as const;
        return part.length === 0 ? change : { ...change, part };
      });
  });
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

/** Times at which so much time has passed since the last contact, or since a time that a field holds, or at which clocks show what is asked for. */
function laterTimes(parts: Parts, decision: Complete): Change[] {
  const last = (decision.read.contacts ?? []).map(({ at }) => at);
  const told = parts.fields.map((field) => Date.parse(String(present(field, decision))));
  const from = [...told, ...parts.times, ...last].filter((time) => !Number.isNaN(time));
  const passed = from.flatMap((time) => [0, ...parts.durations].flatMap((ms) => [time + ms, time + ms + 1]));
  return [...new Set([...passed, ...openTimes(parts, decision.at)])]
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
  return [
    ...laterTimes(parts, decision),
    ...countChanges(parts, decision),
    ...valueChanges(parts, decision),
  ].slice(0, MOST);
};
