import type { Programme } from '../../core/domain/programme.ts';
import type { Simulated, Simulation } from './simulate.ts';

/** As many runs as have to end well before nothing more is advised. */
const SURE = 0.9;
/** How many times as many people are tried next. */
const MORE = 4;

/** The one thing to do next, for whoever has read a simulation. */
export function nextStep(
  { id, policy, variants }: Programme,
  file: string,
  { audience, effect, runs }: Simulation,
  { options, led }: Simulated,
): string {
  if (options.length === 1 && variants.some(({ slots }) => slots !== undefined))
    return `Nothing shifts here but pieces, which are left out. ${SAVE}${saving(id, file)}`;
  if (options.length === 1)
    return 'There is one option, so nothing to choose: add a second variant, or "silence": true.';
  if (effect === 0)
    return 'No option is better here: simulate with the smallest effect you would act on, such as --effect 0.1.';
  if (policy.kind === 'fixed-split')
    return 'A fixed split never shifts: simulate with "policy": {"kind": "auto"} to see what learning would gain.';
  if (led < SURE * runs)
    return (
      `${people(audience)} people are too few to find the best of ${options.length} options surely. See how many it takes, ` +
      `with --audience ${MORE * audience}; or begin with fewer options, or a signal that comes more often.`
    );
  return `${SAVE}${saving(id, file)}`;
}

const SAVE = 'Save it, with a key that may write:\n';
const saving = (id: string, file: string): string =>
  `  curl -X PUT https://YOUR-HOST/v1/programmes/${id} -H "X-Api-Key: $KEY" -H 'If-Match: 0' -H 'content-type: application/json' --data-binary @${file}`;

const people = (n: number): string => n.toLocaleString('en');
