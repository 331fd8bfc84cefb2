import type { ASTNode } from '@marcbachmann/cel-js';
import type { FeatureDeclaration } from '../../../core/domain/feature.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { childrenOf, environment, fieldOf } from '../../engine/cel.ts';
import type { Check, Finding } from './finding.ts';
import type { Literal } from './literal.ts';
import { literalOf } from './literal.ts';
import { placedRules } from './rules.ts';

const ORDERED: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const COMPARED: ReadonlySet<string> = new Set([...ORDERED, '==', '!=', 'in']);

/** A feature of the request and something a rule compares it with. */
interface Comparison {
  name: string;
  literal: Literal;
  ordered: boolean;
}

const contextName = (node: ASTNode | undefined): string | undefined => {
  const [of, name] = (node && fieldOf(node)) ?? [];
  return of === 'context' ? name : undefined;
};

/** Every feature of the request a rule names. */
const namesIn = (node: ASTNode): string[] => {
  const own = contextName(node);
  return own === undefined ? childrenOf(node).flatMap(namesIn) : [own];
};

function comparisonsIn(node: ASTNode): Comparison[] {
  if (!COMPARED.has(node.op)) return childrenOf(node).flatMap(comparisonsIn);
  const [left, right] = node.args as [ASTNode, ASTNode];
  const [name, other] =
    contextName(left) === undefined ? [contextName(right), left] : [contextName(left), right];
  if (name === undefined) return childrenOf(node).flatMap(comparisonsIn);
  const nodes = other.op === 'list' ? other.args : [other];
  const literals = nodes.flatMap((one) => literalOf(one) ?? []);
  return literals.map((literal) => ({ name, literal, ordered: ORDERED.has(node.op) }));
}

/** What is wrong with one comparison, or undefined. */
function problemOf(
  declared: FeatureDeclaration,
  { name, literal, ordered }: Comparison,
): Omit<Finding, 'path'> | undefined {
  const shown = JSON.stringify(literal);
  if (declared.type === 'number') {
    if (typeof literal !== 'number') {
      const message = `context.${name} is a number and is compared with ${shown}, which it never is.`;
      return { code: 'context-type', message, fix: 'Compare it with a number.' };
    }
    const { min, max } = declared;
    if (min === undefined || max === undefined || (literal >= min && literal <= max)) return undefined;
    const message = `context.${name} is declared from ${min} to ${max} and is compared with ${shown}.`;
    return {
      code: 'context-value',
      message,
      fix: 'Compare it with a number in between, or declare a wider range.',
    };
  }
  const values = declared.values.join(', ');
  if (typeof literal !== 'string' || ordered) {
    const message = `context.${name} is a category (${values}), which has no order and is no number, and is compared with ${shown}.`;
    return { code: 'context-type', message, fix: 'Compare it with == or in, and with one of its values.' };
  }
  if (declared.values.includes(literal)) return undefined;
  const message = `${shown} is none of the values that context.${name} is declared with (${values}).`;
  return { code: 'context-value', message, fix: 'Look how it is spelt, or declare it.' };
}

function found(path: string, text: string, declared: NonNullable<Programme['context']>): Finding[] {
  const { ast } = environment.parse(text);
  const unknown = [...new Set(namesIn(ast))].filter((name) => !Object.hasOwn(declared, name));
  const undeclared = unknown.map((name): Finding => {
    const message = `context.${name} is not among the features that are declared (${Object.keys(declared).join(', ')}).`;
    return { code: 'context-undeclared', path, message, fix: 'Look how it is spelt, or declare it.' };
  });
  const problems = comparisonsIn(ast).flatMap((comparison): Finding[] => {
    const own = Object.hasOwn(declared, comparison.name) ? declared[comparison.name] : undefined;
    const problem = own && problemOf(own, comparison);
    return problem ? [{ path, ...problem }] : [];
  });
  return [...undeclared, ...problems];
}

/** Rules that look at the request in another way than its features are declared. */
export const contexts: Check = (programme) => {
  const declared = programme.context;
  return declared ? placedRules(programme).flatMap(({ path, text }) => found(path, text, declared)) : [];
};
