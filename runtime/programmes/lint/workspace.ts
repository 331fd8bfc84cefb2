import type { Cap, Programme } from '../../../core/domain/programme.ts';
import type { Check, Finding } from './finding.ts';

/** A cap on what a person has of all programmes together, on a channel. */
const capOn = ({ guardrails }: Programme, channel: string): Cap | undefined =>
  guardrails.caps?.find(
    ({ per, signal, channel: on = channel }) => per === 'person' && signal === undefined && on === channel,
  );

/**
 * A cap of a person counts the contacts of all programmes, and holds back those of the programme that declares it: one without it
 * sends past what the others keep to.
 */
export const workspace: Check = (programme, { others = [] }) => {
  const channels = new Set(programme.variants.map(({ channel }) => channel));
  return [...channels].flatMap((channel): Finding[] => {
    if (capOn(programme, channel)) return [];
    const other = others.find((one) => one.id !== programme.id && capOn(one, channel));
    if (!other) return [];
    const { count, hours, channel: on } = capOn(other, channel)!;
    const contacts = on === undefined ? 'contacts' : `${on} contacts`;
    const message = `By ${other.id} a person has at most ${count} ${contacts} of all programmes in ${hours} h, and this one sends on ${channel} past that.`;
    const fix = 'Declare the same cap here ("per": "person"), if it is meant for all programmes.';
    return [{ code: 'person-cap-missing', path: 'guardrails.caps', message, fix }];
  });
};
