import type { Check, Finding } from './finding.ts';

interface Span {
  startsAt?: string | undefined;
  endsAt?: string | undefined;
}

const startOf = ({ startsAt }: Span): number => (startsAt === undefined ? -Infinity : Date.parse(startsAt));
const endOf = ({ endsAt }: Span): number => (endsAt === undefined ? Infinity : Date.parse(endsAt));

function problemOf(span: Span, now: number): string | undefined {
  if (startOf(span) >= endOf(span)) return 'ends before it starts';
  return endOf(span) <= now ? 'is over' : undefined;
}

/** Spans in which nothing can be sent any more, or never could. */
export const dates: Check = (programme, { now }) => {
  const fix = 'Set another endsAt or startsAt, or leave them out.';
  const own = problemOf(programme, now);
  if (own !== undefined) {
    return [
      { code: 'dates-over', path: 'endsAt', message: `The programme ${own}: nothing can be sent.`, fix },
    ];
  }
  return programme.variants.flatMap((variant, i): Finding[] => {
    const path = `variants.${i}.endsAt`;
    const problem = problemOf(variant, now);
    if (problem !== undefined) {
      return [{ code: 'variant-unreachable', path, message: `Variant ${variant.id} ${problem}.`, fix }];
    }
    if (startOf(variant) < endOf(programme) && startOf(programme) < endOf(variant)) return [];
    const message = `Variant ${variant.id} is served at no time at which the programme is.`;
    return [{ code: 'variant-unreachable', path, message, fix }];
  });
};
