import { SAMPLE } from '../runtime/programmes/sample.ts';
import type { ProgrammeInput } from '../runtime/programmes/schema.ts';

/** A programme with a default and without caps, next to the sample, which has a cap: nobody's default may be sent past one. */
const OPEN: ProgrammeInput = { ...SAMPLE, id: 'open', name: 'No caps', fallback: 'warm', guardrails: {} };

/** The pool that callers fill, a few codes at a time. */
export const POOL = 'spring';

const email = (id: string): ProgrammeInput['variants'][number] => ({
  ...{ id, channel: 'email', content: { subject: id, preheader: id, body: `<p>${id}</p>`, cta: id } },
});

/**
 * What all persons share is always about to run out here: codes that come in a few at a time, some messages in ten seconds, and, somewhere in
 * the middle, the money. Its default depends on the person, so it is never sent.
 */
const gifts = (money: number): ProgrammeInput => ({
  ...{ ...SAMPLE, id: 'gifts', name: 'What runs out', fallback: 'plain' },
  variants: [{ ...email('code'), coupon: POOL }, { ...email('paid'), cost: 0.07 }, email('plain')],
  guardrails: {
    caps: [
      { per: 'person-programme', count: 5, hours: 168 },
      { per: 'programme', count: 40, hours: 10 / 3_600 },
    ],
    budget: { total: money },
  },
});

/** What is asked for besides the sample, which every installation has. */
export const addedProgrammes = (smoke: boolean): ProgrammeInput[] => [OPEN, gifts(smoke ? 2.1 : 21)];

/** Everything that is asked for. */
export const programmesOf = (smoke: boolean): ProgrammeInput[] => [SAMPLE, ...addedProgrammes(smoke)];
