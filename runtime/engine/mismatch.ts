import type { ASTNode } from '@marcbachmann/cel-js';
import { isText, pathIn } from './cel.ts';
import { plainly } from './cel-strict.ts';
import { inside } from './rule-parts.ts';

const [NUMBER, TEXT, TRUTH, TIME, LENGTH] = [
  'a number',
  'text',
  'true or false',
  'a time',
  'a length of time',
] as const;

/** What functions give. */
const GIVES: Readonly<Record<string, string>> = {
  ...{ size: NUMBER, int: NUMBER, double: NUMBER, count: NUMBER },
  ...{ string: TEXT, lastVariant: TEXT, lowerAscii: TEXT, upperAscii: TEXT, trim: TEXT },
  ...{ timestamp: TIME, lastContact: TIME, duration: LENGTH },
};

/** What functions take first. */
const TAKES: Readonly<Record<string, string>> = {
  ...{ contains: TEXT, startsWith: TEXT, endsWith: TEXT, lowerAscii: TEXT, upperAscii: TEXT, trim: TEXT },
  ...{
    size: 'text or a list',
    timestamp: 'text with a time',
    int: 'a number or text',
    double: 'a number or text',
  },
  ...{ all: 'a list', exists: 'a list', exists_one: 'a list' },
};

function kindOfValue(value: unknown): string | undefined {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  const kinds: Partial<Record<string, string>> = {
    ...{ string: TEXT, number: NUMBER, bigint: NUMBER, boolean: TRUTH, object: 'a record' },
  };
  return kinds[typeof value];
}

/** Of what kind a part of a rule is, as far as that can be told without asking it. */
function kindOf(node: ASTNode | undefined, scope: object): string | undefined {
  const path = node && pathIn(node);
  if (path) return kindOfValue(inside(scope, path));
  switch (node?.op) {
    case 'value':
      return kindOfValue(node.args);
    case 'list':
      return 'a list';
    case 'id':
      return node.args === 'now' ? TIME : undefined;
    case 'call':
    case 'rcall':
      return GIVES[plainly(node.args[0])];
    default:
      return undefined;
  }
}

/** What a part of a rule is given, and what it should be. */
type Wanted = readonly [given: ASTNode | undefined, wanted: string | undefined];

/** What each operand of a part should be. */
function operandsOf(node: ASTNode, scope: object): Wanted[] {
  switch (node.op) {
    case 'call':
      return [[node.args[1][0], TAKES[plainly(node.args[0])]]];
    case 'rcall':
      return [[node.args[1], TAKES[plainly(node.args[0])]]];
    case '!_':
      return [[node.args, TRUTH]];
    case '-_':
      return [[node.args, NUMBER]];
    case 'in':
      return [[node.args[1], 'a list']];
    default: {
      if (!Array.isArray(node.args) || node.args.length !== 2) return [];
      const [left, right] = node.args as [ASTNode, ASTNode];
      return [
        [left, kindOf(right, scope)],
        [right, kindOf(left, scope)],
      ];
    }
  }
}

const FRACTION = 'numbers of traits have a fraction: write 2.0 for 2 beside them, or double()';

const words = (node: ASTNode, given: string, wanted: string): string =>
  `${pathIn(node)!.join('.')} is ${given}, and the rule wants ${wanted} there`;

/** Codes of errors that name the part itself, and what it should be. */
const ITSELF: Readonly<Record<string, string>> = {
  ...{ invalid_logical_operand: TRUTH, invalid_condition_type: TRUTH },
  invalid_comprehension_range: 'a list',
};

/** Which field a rule wants to be of another kind, and of which; undefined where it is no field's fault. It does not quote the field. */
export function mismatchOf(
  { code = '', node }: { code?: string | undefined; node?: ASTNode | undefined },
  scope: object,
): string | undefined {
  if (!node || isText(node)) return undefined;
  const own = ITSELF[code];
  const asked: Wanted[] = own === undefined ? operandsOf(node, scope) : [[node, own]];
  for (const [part, wanted] of asked) {
    if (!part || wanted === undefined || !pathIn(part)) continue;
    const given = kindOf(part, scope);
    if (given === NUMBER && wanted === NUMBER && code !== '') return FRACTION;
    if (given !== undefined && given !== wanted) return words(part, given, wanted);
  }
  return undefined;
}
