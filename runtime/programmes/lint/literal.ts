import type { ASTNode } from '@marcbachmann/cel-js';

export type Literal = string | number | boolean;

/** The value that an expression is written as, or undefined. */
export function literalOf(node: ASTNode): Literal | undefined {
  if (node.op === '-_') {
    const value = literalOf(node.args);
    return typeof value === 'number' ? -value : undefined;
  }
  if (node.op !== 'value') return undefined;
  const value: unknown = typeof node.args === 'bigint' ? Number(node.args) : node.args;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}
