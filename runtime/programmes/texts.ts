import { templateError } from '../engine/content.ts';
import { ruleError } from '../engine/eligibility.ts';
import type { ProgrammeInput } from './schema.ts';

/* The texts of a programme that are in a language of their own: templates and rules. */

interface TextError {
  path: string;
  message: string;
}

type Field = readonly [path: string, text: string | undefined];

const fieldsOf = (path: string, content: Record<string, string>): Field[] =>
  Object.entries(content).map(([name, text]): Field => [`${path}.content.${name}`, text]);

const templatesOf = ({ variants }: ProgrammeInput): Field[] =>
  variants.flatMap(({ content, slots = {} }, i) => [
    ...fieldsOf(`variants.${i}`, content),
    ...Object.entries(slots).flatMap(([slot, pieces]) =>
      pieces.flatMap((piece, j) => fieldsOf(`variants.${i}.slots.${slot}.${j}`, piece.content)),
    ),
  ]);

const rulesOf = ({ guardrails, variants }: ProgrammeInput): Field[] => [
  ['guardrails.eligible', guardrails.eligible],
  ...Object.entries(guardrails.eligibleByChannel ?? {}).map(([channel, text]): Field => {
    return [`guardrails.eligibleByChannel.${channel}`, text];
  }),
  ...variants.map(({ eligible }, i): Field => [`variants.${i}.eligible`, eligible]),
];

function errorsIn(fields: readonly Field[], errorOf: (text: string) => string | undefined): TextError[] {
  return fields.flatMap(([path, text]) => {
    const message = text === undefined ? undefined : errorOf(text);
    return message === undefined ? [] : [{ path, message }];
  });
}

export const templateErrors = (input: ProgrammeInput): TextError[] =>
  errorsIn(templatesOf(input), templateError);

export const ruleErrors = (input: ProgrammeInput): TextError[] => errorsIn(rulesOf(input), ruleError);
