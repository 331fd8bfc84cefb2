import type { Cap, Programme } from '../../../core/domain/programme.ts';
import { ofPerson } from '../../../core/guardrails/caps.ts';
import { rewardRange } from '../../../core/policies/posterior.ts';
import type { Check } from './finding.ts';

const DAY_HOURS = 24;

/** Most contacts of the programme that a cap leaves room for in some hours, on whichever of its channels. */
function roomOf(cap: Cap, within: number, { variants }: Programme): number {
  const { count, hours, per, channel, signal } = cap;
  const whole = channel === undefined || variants.every((own) => own.channel === channel);
  const every = whole && signal === undefined && per !== 'person-variant';
  return every && ofPerson(cap) ? count * Math.ceil(within / hours) : Infinity;
}

/** A frequency that caps of the same programme never let anybody have. */
export const frequencies: Check = (programme) => {
  const { frequency, guardrails } = programme;
  if (!frequency) return [];
  const { perDays, least, most } = frequency;
  const rooms = (guardrails.caps ?? []).map((cap) => roomOf(cap, perDays * DAY_HOURS, programme));
  const room = Math.min(...rooms);
  if (room >= most) return [];
  const cap = `The cap at guardrails.caps.${rooms.indexOf(room)} leaves room for ${room} contacts in ${perDays} days`;
  return room < least
    ? [
        {
          code: 'frequency-beyond-cap',
          path: 'frequency.least',
          message: `${cap}, and everybody is to have at least ${least}.`,
          fix: 'Raise the cap, or lower the range.',
        },
      ]
    : [
        {
          code: 'frequency-beyond-cap',
          path: 'frequency.most',
          message: `${cap}: nobody can have ${most}.`,
          fix: 'Raise the cap, or lower `most` to what it allows.',
        },
      ];
};

/** Fatigue that nothing is worth, or that lowers all there is to choose from alike. */
export const fatigues: Check = (programme) => {
  const { high } = rewardRange(programme);
  const { fatigue = [], silence, variants } = programme;
  return fatigue.flatMap(({ per, channel, cost, halfLifeHours }, i) => {
    const everywhere = channel === undefined || variants.every((own) => own.channel === channel);
    if (!silence && per === 'person' && everywhere) {
      const message = 'It lowers every variant alike, and silence is no option: it changes nothing.';
      const fix = 'Allow `silence`, or count per variant or on one channel.';
      return [{ code: 'fatigue-without-choice', path: `fatigue.${i}`, message, fix }];
    }
    if (!silence || cost <= high) return [];
    const hours = Math.round(halfLifeHours * Math.log2(cost / high));
    const message = `One contact takes off ${cost}, more than the largest reward (${high}): it is like a cap of 1 in ${hours} h.`;
    const fix = 'Lower the cost, or declare the cap that is meant.';
    return [{ code: 'fatigue-above-worth', path: `fatigue.${i}.cost`, message, fix }];
  });
};
