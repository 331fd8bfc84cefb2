import type { ASTNode, EvaluationError, ParseResult } from '@marcbachmann/cel-js';
import { serialize } from '@marcbachmann/cel-js';
import type { Objection } from '../../core/domain/decision.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { GuardContext, Rule, Rules } from '../../core/guardrails/guardrail.ts';
import { unknown } from '../../core/guardrails/guardrail.ts';
import { asNumber } from '../../core/learn/features/declared.ts';
import type { Uses } from './cel.ts';
import { environment, History, MOST_TEXT, runnable, termsOf, walk } from './cel.ts';
import { plainly } from './cel-strict.ts';
import { mismatchOf } from './mismatch.ts';

/**
 * What all rules of a decision may look at: characters and elements, times the parts of the rules that may look at them. As many
 * signals and contacts may be gone through, which is done once for them all.
 */
const STEPS = 1_000_000;

/** Deepest nesting of a value. */
const MOST_DEPTH = 16;

/** Longest part of a rule that a reason quotes. */
const MOST_QUOTED = 200;

interface Parsed {
  ast: ASTNode;
  uses: Uses;
}

const ENDING = (at: number): string => ` (character ${at + 1})`;

/** A rule parsed, type-checked and found to be bounded, or what is wrong with it and where. */
function parsed(text: string): Parsed | string {
  if (text.length > MOST_TEXT) return `at most ${MOST_TEXT} characters`;
  const { valid, type, error } = environment.check(text);
  if (!valid) return `${error!.summary}${ENDING(error!.range?.start ?? 0)}`;
  if (type !== 'bool' && type !== 'dyn') return `a rule that is true or false, not ${type}${ENDING(0)}`;
  const { ast } = environment.parse(text);
  const uses: Uses = {
    traits: new Set<string>(),
    context: new Set<string>(),
    history: [],
    now: false,
    nodes: 0,
    squares: false,
  };
  const objection = walk(ast, uses);
  return objection ? objection.message + ENDING(objection.at) : { ast, uses };
}

/** Says what is wrong with an eligibility rule, with the place of the character, or undefined. */
export function ruleError(text: string): string | undefined {
  const result = parsed(text);
  return typeof result === 'string' ? result : undefined;
}

/** Characters and elements of a value, no further than `most`. */
function sizeOf(value: unknown, most: number, depth = 0): number {
  if (typeof value === 'string') return value.length + 1;
  if (typeof value !== 'object' || value === null) return 1;
  if (depth === MOST_DEPTH) return Infinity;
  let size = 1;
  for (const [key, each] of Object.entries(value)) {
    size += key.length + sizeOf(each, most - size, depth + 1);
    if (size > most) return Infinity;
  }
  return size;
}

/** How much data a rule may look at in so many steps. Where it does so for each element of a list, each part may look at all. */
const mostData = ({ nodes, squares }: Uses, steps: number): number =>
  Math.floor(squares ? Math.sqrt(steps / nodes) : steps / nodes);

interface Scope {
  traits: Record<string, unknown>;
  context: Record<string, unknown>;
  now: Date;
  history: History;
}

/** A record that inherits nothing. */
const bare = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

/** A feature that is declared as a number is one for rules too, also where a query brings it as text. */
function asDeclared(name: string, { programme, context = {} }: GuardContext): unknown {
  const { context: declared = {} } = programme;
  const isNumber = Object.hasOwn(declared, name) && declared[name]!.type === 'number';
  return isNumber ? asNumber(context[name]) : context[name];
}

/** The fields a rule names, and no others; the name of one that is too large instead. */
function scopeOf(uses: Uses, given: GuardContext, steps: number): Scope | string {
  const { person, context = {}, now } = given;
  const scope: Scope = { traits: bare(), context: bare(), now: new Date(now), history: new History(given) };
  if (uses.history.length > 0 && scope.history.size > STEPS) return 'history';
  let left = mostData(uses, steps);
  const take = (to: Record<string, unknown>, name: string, value: unknown): boolean => {
    to[name] = value;
    left -= sizeOf(value, left);
    return left >= 0;
  };
  for (const name of uses.traits) {
    const own = Object.hasOwn(person.traits, name) ? person.traits[name]!.value : undefined;
    // a trait that was set to nothing is as one that was never set
    if (own !== undefined && own !== null && !take(scope.traits, name, own)) return `traits.${name}`;
  }
  for (const name of uses.context) {
    if (!Object.hasOwn(context, name)) continue;
    if (!take(scope.context, name, asDeclared(name, given))) return `context.${name}`;
  }
  return scope;
}

const pathOf = (node: ASTNode): string => {
  if (node.op === '.') return `${pathOf(node.args[0])}.${node.args[1]}`;
  return node.op === 'id' ? node.args : serialize(node);
};

function quoted(text: string): string {
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}...` : text;
}

/** What an expression that failed asked for and did not find, for example `traits.age`, or undefined. */
function missingOf(error: unknown): string | undefined {
  const { code, node } = error as Partial<EvaluationError>;
  return (code === 'no_such_key' || code === 'index_out_of_bounds') && node
    ? plainly(pathOf(node))
    : undefined;
}

/** One part of a rule, or all of it, ready to run. */
interface Part {
  text: string;
  node: ASTNode;
  run: ParseResult;
}

/** What an expression comes to. What it asks for and does not find is thrown as an error, whose stack would cost ten times the expression. */
function valueOf(run: ParseResult, scope: Scope): unknown {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run(scope);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Why one part of a rule does not hold, or undefined. */
function objectionOf({ text, node, run }: Part, scope: Scope): Objection | undefined {
  const expression = quoted(text);
  const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
  try {
    const value = valueOf(run, scope);
    if (value === true) return undefined;
    if (value === false) {
      const unlike = node.op === '==' ? mismatchOf({ node }, scope) : undefined;
      return { detail: `${expression} is false${because(unlike)}`, expression };
    }
    const wanted = mismatchOf({ code: 'invalid_logical_operand', node }, scope);
    return { detail: `${expression} is neither true nor false${because(wanted)}`, expression };
  } catch (error) {
    const missing = missingOf(error);
    const { summary, message } = error as Error & Partial<EvaluationError>;
    const reason =
      missing === undefined
        ? (mismatchOf(error as Partial<EvaluationError>, scope) ?? plainly(summary ?? message))
        : `${missing} is missing`;
    return { detail: expression + because(reason), expression, missing };
  }
}

/** An expression as a function, and what it uses. What it cannot evaluate is false, and the reason says why. */
function compiled(text: string, steps = STEPS): { rule: Rule; uses?: Uses } {
  const result = parsed(text);
  if (typeof result === 'string') return { rule: () => unknown(`the rule cannot be evaluated: ${result}`) };
  const { ast, uses } = result;
  const whole: Part = { text, node: ast, run: runnable(text) };
  const terms = termsOf(ast).map((node): Part => {
    const term = serialize(node);
    return { text: term, node, run: runnable(term) };
  });
  const timeless = !uses.now && uses.history.length === 0;
  const evaluate: Rule = (context) => {
    const scope = scopeOf(uses, context, steps);
    if (typeof scope === 'string') return unknown(`${scope} is too large to look at`);
    if (!objectionOf(whole, scope)) return undefined;
    // the part that failed says more than the whole
    for (const term of terms) {
      const objection = objectionOf(term, scope);
      if (objection) return objection;
    }
    return objectionOf(whole, scope);
  };
  return { rule: Object.assign(evaluate, { timeless }), uses };
}

export const compileRule = (text: string): Rule => compiled(text).rule;

/** Every eligibility rule of a programme, compiled, each text once; done once for a version. They share the steps of a decision. */
export function compileRules({ guardrails, variants }: Programme): Rules {
  const { eligible, eligibleByChannel = {} } = guardrails;
  const ofVariants = variants.map((variant) => variant.eligible);
  const texts = new Set([eligible, ...Object.values(eligibleByChannel), ...ofVariants]);
  texts.delete(undefined);
  const all: Uses[] = [];
  const known = new Map<string, Rule>();
  const ruleOf = (text: string): Rule => {
    const before = known.get(text);
    if (before) return before;
    const { rule, uses } = compiled(text, STEPS / texts.size);
    if (uses) all.push(uses);
    known.set(text, rule);
    return rule;
  };
  const programme = eligible === undefined ? undefined : ruleOf(eligible);
  const byName = (rules: readonly (readonly [string, string | undefined])[]): Map<string, Rule> =>
    new Map(rules.flatMap(([name, text]) => (text === undefined ? [] : [[name, ruleOf(text)] as const])));
  const channels = byName(Object.entries(eligibleByChannel));
  const own = byName(variants.map((variant) => [variant.id, variant.eligible]));
  return {
    asks: all.flatMap(({ history }) => history),
    traits: [...new Set(all.flatMap(({ traits }) => [...traits]))],
    programme,
    channels,
    variants: own,
  };
}
