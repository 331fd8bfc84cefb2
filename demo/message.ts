import type { Part, Rendered } from './braze-stand-in.ts';
import { PARTS } from './braze-stand-in.ts';
import { STAGED } from './programme.ts';

const LINK = 'https://shop.example.com/basket?{{ pickwell.link }}';

/** The message as a marketer would build it: the same tag at the top of every field, then the pieces of the answer. */
export function messageSource(tag: string): Record<Part, string> {
  const cta = '{{ pickwell.content.cta }}';
  return {
    subject: `${tag}{{ pickwell.content.subject }}`,
    html: `${tag}<html><body>{{ pickwell.content.body }}<p><a href="${LINK}">${cta}</a></p></body></html>`,
    text: `${tag}{{ pickwell.content.preheader }}.\n\n${cta}: ${LINK}`,
    amp: `${tag}<html amp4email><body>{{ pickwell.content.body }}<a href="${LINK}">${cta}</a></body></html>`,
  };
}

/** Of an answer to the tag, what the demo compares. */
interface Answered {
  decision_id?: string;
  action: string;
  variant?: string;
  reason: string;
  guardrail?: string;
  rung: string;
  decision_recorded: boolean;
}

/** A rendered message, as its recipient and as Braze's log would tell of it. */
export interface Delivered {
  decision: string | undefined;
  /** Undefined for a message that was aborted. */
  variant: string | undefined;
  reason: string;
  /** The guardrail behind the reason `guardrail`. */
  guardrail: string | undefined;
  recorded: boolean;
  link: string;
  /** What was not as it must be; empty when all four parts are of one decision. */
  faults: string[];
}

/** The variant whose words a person reads in a part. */
function variantIn(part: Part, text: string): string | undefined {
  const found = Object.entries(STAGED).find(([, { subject, cta }]) => {
    return part === 'subject' ? text === subject : text.includes(cta);
  });
  return found?.[0];
}

function faultsIn(parts: Readonly<Record<Part, Rendered>>, first: Answered): string[] {
  const faults: string[] = [];
  for (const part of PARTS) {
    const { text, extras, saved, aborted } = parts[part];
    const answer = saved.pickwell as Answered | undefined;
    if (answer === undefined) {
      faults.push(`${part}: no answer`);
      continue;
    }
    if (answer.decision_id !== first.decision_id) faults.push(`${part}: another decision`);
    if (answer.rung !== 'full') faults.push(`${part}: rung ${answer.rung}`);
    if ((aborted !== undefined) !== (first.action === 'silence')) faults.push(`${part}: aborted or not`);
    if (aborted !== undefined) continue;
    if (variantIn(part, text) !== first.variant) faults.push(`${part}: another variant`);
    if (extras.decision_id !== first.decision_id) faults.push(`${part}: extras of another decision`);
    if (part !== 'subject' && !text.includes(`did=${first.decision_id}`)) faults.push(`${part}: link`);
  }
  return faults;
}

const NO_ANSWER: Answered = { action: 'none', reason: 'none', rung: 'none', decision_recorded: false };

/** Reads a message the way people and logs do: from its four parts. */
export function read(parts: Readonly<Record<Part, Rendered>>): Delivered {
  const first = (parts.subject.saved.pickwell as Answered | undefined) ?? NO_ANSWER;
  return {
    decision: first.decision_id,
    variant: variantIn('subject', parts.subject.text),
    reason: first.reason,
    guardrail: first.guardrail,
    recorded: first.decision_recorded,
    link: /href="([^"]+)"/.exec(parts.html.text)?.[1] ?? '',
    faults: faultsIn(parts, first),
  };
}
