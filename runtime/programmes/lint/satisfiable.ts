import type { ASTNode } from '@marcbachmann/cel-js';
import { serialize } from '@marcbachmann/cel-js';
import type { StoredSignal } from '../../../core/contracts/records.ts';
import { newPerson } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { GuardContext } from '../../../core/guardrails/guardrail.ts';
import { environment, fieldOf, historyAsk, termsOf } from '../../engine/cel.ts';
import { compileRule } from '../../engine/eligibility.ts';
import type { Literal } from './literal.ts';
import { literalOf } from './literal.ts';

/** Cases that are tried for one group of parts at most. */
const MOST_CASES = 5_000;
/** Elements that are looked for in one list at most. */
const MOST_MEMBERS = 6;
/** Largest count of signals that is tried. */
const MOST_SIGNALS = 200;

/** What rules compare one field with, or one count. */
interface Compared {
  literals: Set<Literal>;
  /** Looked for inside it. */
  members: Set<Literal>;
}

/** What rules look at, as far as each look is at one thing at a time. */
interface Looks {
  fields: Map<string, Compared>;
  /** By signal: window and what the count is compared with. */
  counts: Map<string, { window: number; literals: Set<Literal> }>;
}

/** Thrown for what depends on more than one thing: of that nothing is said. */
class Unclear extends Error {}

function literalsOf(node: ASTNode): Literal[] {
  const nodes = node.op === 'list' ? node.args : [node];
  return nodes.map((one) => {
    const value = literalOf(one);
    if (value === undefined) throw new Unclear();
    return value;
  });
}

function comparedAt(node: ASTNode, looks: Looks): Compared {
  const field = fieldOf(node)?.join('.');
  if (field === undefined) throw new Unclear();
  let compared = looks.fields.get(field);
  if (!compared) looks.fields.set(field, (compared = { literals: new Set(), members: new Set() }));
  return compared;
}

/** The values a node is compared with: of a field, or of the count of a signal. */
function seenAt(node: ASTNode, looks: Looks): Set<Literal> {
  if (node.op !== 'rcall') return comparedAt(node, looks).literals;
  const ask = node.args[0] === 'count' ? historyAsk('count', node.args[2]) : 'another call';
  if (typeof ask === 'string' || ask.signal === undefined) throw new Unclear();
  const known = looks.counts.get(ask.signal);
  if (known && known.window !== ask.ms) throw new Unclear();
  const count = known ?? { window: ask.ms, literals: new Set<Literal>() };
  looks.counts.set(ask.signal, count);
  return count.literals;
}

const EQUAL: ReadonlySet<string> = new Set(['==', '!=']);
const ORDERED: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

function compare(left: ASTNode, right: ASTNode, ordered: boolean, looks: Looks): void {
  const [one, other] = literalOf(left) === undefined ? [left, right] : [right, left];
  const values = literalsOf(other);
  // between two texts there are endlessly many
  if (ordered && values.some((value) => typeof value !== 'number')) throw new Unclear();
  if (literalOf(one) !== undefined) return;
  const seen = seenAt(one, looks);
  for (const value of values) seen.add(value);
}

function look(node: ASTNode, looks: Looks): void {
  if (literalOf(node) !== undefined) return;
  if (node.op === '&&' || node.op === '||') for (const part of node.args) look(part, looks);
  else if (node.op === '!_') look(node.args, looks);
  else if (EQUAL.has(node.op) || ORDERED.has(node.op)) {
    const [left, right] = node.args as [ASTNode, ASTNode];
    compare(left, right, ORDERED.has(node.op), looks);
  } else if (node.op === 'in') lookIn(node.args, looks);
  else if (node.op === 'call' && node.args[0] === 'has') comparedAt(node.args[1][0]!, looks);
  else comparedAt(node, looks);
}

function lookIn([left, right]: readonly ASTNode[], looks: Looks): void {
  if (right!.op === 'list') {
    for (const value of literalsOf(right)) comparedAt(left!, looks).literals.add(value);
    return;
  }
  const [member] = literalsOf(left!);
  comparedAt(right!, looks).members.add(member!);
}

/** Numbers on both sides of each, and each. */
function around(numbers: readonly number[]): number[] {
  const sorted = [...numbers].sort((a, b) => a - b);
  const between = sorted.slice(1).map((n, i) => (n + sorted[i]!) / 2);
  return sorted.length === 0 ? [0] : [sorted[0]! - 1, ...sorted, ...between, sorted.at(-1)! + 1];
}

function subsets(members: readonly Literal[]): Literal[][] {
  return members.reduce<Literal[][]>((all, one) => [...all, ...all.map((some) => [...some, one])], [[]]);
}

/** A text that nobody wrote into a rule. */
const OTHER_TEXT = 'another text';

/** A value of every kind a rule can tell apart; undefined: none. */
function kindsOf({ literals, members }: Compared): unknown[] {
  if (members.size > MOST_MEMBERS) throw new Unclear();
  const numbers = [...literals].filter((value) => typeof value === 'number');
  const texts = [...literals].filter((value) => typeof value === 'string');
  return [undefined, true, false, ...around(numbers), ...texts, OTHER_TEXT, ...subsets([...members])];
}

function countsOf(literals: ReadonlySet<Literal>): number[] {
  const numbers = [...literals].filter((value) => typeof value === 'number').map(Math.floor);
  const all = [0, ...numbers.flatMap((n) => [n - 1, n, n + 1])].filter((n) => n >= 0);
  if (all.some((n) => n > MOST_SIGNALS)) throw new Unclear();
  return [...new Set(all)];
}

/** Every combination, one value of each list. */
function* combinations(lists: readonly (readonly unknown[])[]): Generator<unknown[]> {
  const [first, ...rest] = lists;
  if (!first) return void (yield []);
  for (const tail of combinations(rest)) for (const value of first) yield [value, ...tail];
}

type Truth = 'never' | 'always' | 'sometimes';

/** Parts of rules that all have to hold and look at the same things; what others look at has no part in that. */
interface Group {
  terms: string[];
  looks: Looks;
}

const emptyLooks = (): Looks => ({ fields: new Map(), counts: new Map() });

const meet = (a: Looks, b: Looks): boolean =>
  [...a.fields.keys()].some((name) => b.fields.has(name)) ||
  [...a.counts.keys()].some((signal) => b.counts.has(signal));

/** The groups with one part more: those that look at something it looks at are one with it. */
function joined(groups: readonly Group[], term: ASTNode): Group[] {
  const own = emptyLooks();
  look(term, own);
  const near = groups.filter(({ looks }) => meet(looks, own));
  const together: Group = { terms: near.flatMap(({ terms }) => terms), looks: emptyLooks() };
  together.terms.push(serialize(term));
  for (const text of together.terms) look(environment.parse(text).ast, together.looks);
  return [...groups.filter((group) => !near.includes(group)), together];
}

/**
 * Whether some rules can all hold for the same person, found by trying a person of every kind that parts which look at the same things can
 * tell apart. Parts that compare fields with each other, do more than compare, or know too many kinds may always go either way.
 */
export function truthOf(rules: readonly string[]): Truth {
  let groups: Group[] = [];
  const truths = new Set<Truth>();
  for (const term of rules.flatMap((rule) => termsOf(environment.parse(rule).ast))) {
    try {
      groups = joined(groups, term);
    } catch (error) {
      if (!(error instanceof Unclear)) throw error;
      truths.add('sometimes');
    }
  }
  for (const group of groups) truths.add(truthOfGroup(group));
  if (truths.has('never')) return 'never';
  return truths.has('sometimes') ? 'sometimes' : 'always';
}

function truthOfGroup({ terms, looks: { fields, counts } }: Group): Truth {
  try {
    const lists = [
      ...[...fields.values()].map(kindsOf),
      ...[...counts.values()].map(({ literals }) => countsOf(literals)),
    ];
    if (lists.reduce((product, list) => product * list.length, 1) > MOST_CASES) return 'sometimes';
    return tried(terms, [...fields.keys()], [...counts.keys()], lists);
  } catch (error) {
    if (error instanceof Unclear) return 'sometimes';
    throw error;
  }
}

function tried(
  rules: readonly string[],
  names: readonly string[],
  signals: readonly string[],
  lists: readonly (readonly unknown[])[],
): Truth {
  const compiled = rules.map(compileRule);
  const seen = new Set<boolean>();
  for (const values of combinations(lists)) {
    const someone = somebody(names, signals, values);
    seen.add(compiled.every((rule) => rule(someone) === undefined));
    if (seen.size === 2) return 'sometimes';
  }
  return seen.has(true) ? 'always' : 'never';
}

const NOBODY = newPerson('', []);

function somebody(
  names: readonly string[],
  signals: readonly string[],
  values: readonly unknown[],
): GuardContext {
  const held = names.map((name, i) => [name, values[i]] as const).filter(([, value]) => value !== undefined);
  const of = (prefix: string): [string, unknown][] =>
    held.flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : []));
  const traits = of('traits.').map(([name, value]) => [name, { value, at: 0 }] as const);
  const told = signals.flatMap((name, i): StoredSignal[] =>
    Array.from({ length: values[names.length + i] as number }, () => {
      return { name, at: 0, source: '', id: '', values: {}, person: '' };
    }),
  );
  return {
    programme: {} as Programme,
    person: { ...NOBODY, traits: Object.fromEntries(traits) },
    context: Object.fromEntries(of('context.')) as GuardContext['context'],
    contacts: [],
    signals: told,
    now: 0,
  };
}
