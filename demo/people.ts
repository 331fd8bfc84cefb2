import type { Xoshiro } from '../core/maths/xoshiro.ts';
import { rngFromNumber, rngFromText } from '../core/maths/xoshiro.ts';
import type { SendVariables } from './braze-stand-in.ts';

/** One campaign send to one person. */
export interface Send {
  person: number;
  wave: number;
  dispatch: string;
  campaign: string;
}

export interface Wave {
  number: number;
  /** Everybody has the same dispatch id in a scheduled campaign, and one of their own in a triggered one. */
  kind: 'triggered' | 'scheduled';
  sends: Send[];
}

const WAVES = 12;
/** Waves with which a scheduled campaign goes to people who got something before, and to which share of them. */
const SCHEDULED = { after: [5, 8, 11], share: 0.15 };

const hex = (rng: Xoshiro, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(rng.uniform() * 16).toString(16)).join('');

export const userId = (person: number): string => `user-${person}`;
export const emailOf = (person: number): string => `person${person}@example.com`;

/** What Braze knows of this send. */
export function variablesOf({ person, campaign, dispatch }: Send): SendVariables {
  return {
    user_id: userId(person),
    braze_id: hex(rngFromNumber(person), 24),
    email_address: emailOf(person),
    campaign: { api_id: campaign, message_api_id: `${campaign}-message`, dispatch_id: dispatch },
  };
}

/** A stream of chance for one purpose of one send: the same whatever else happens in the run. */
export function chanceOf(seed: number, purpose: string, { person, wave }: Send): Xoshiro {
  return rngFromText(`${seed} ${purpose} ${person} ${wave}`);
}

function triggered(seed: number, number: number, persons: readonly number[]): Wave {
  const rng = rngFromText(`${seed} dispatch ${number}`);
  const sends = persons.map((person) => {
    return { person, wave: number, dispatch: hex(rng, 32), campaign: 'basket-left' };
  });
  return { number, kind: 'triggered', sends };
}

function scheduled(seed: number, number: number, reached: readonly number[]): Wave {
  const rng = rngFromText(`${seed} scheduled ${number}`);
  const dispatch = hex(rng, 32);
  const chosen = reached.filter(() => rng.uniform() < SCHEDULED.share);
  const sends = chosen.map((person) => ({ person, wave: number, dispatch, campaign: `weekend-${number}` }));
  return { number, kind: 'scheduled', sends };
}

/** All sends of the campaign: everybody once when they leave a basket, and some of them again at the weekend. */
export function wavesOf(seed: number, people: number): Wave[] {
  const waves: Wave[] = [];
  const reached: number[] = [];
  for (let cohort = 0; cohort < WAVES; cohort += 1) {
    const from = Math.round((people * cohort) / WAVES);
    const to = Math.round((people * (cohort + 1)) / WAVES);
    const persons = Array.from({ length: to - from }, (_, i) => from + i);
    waves.push(triggered(seed, waves.length + 1, persons));
    reached.push(...persons);
    if (SCHEDULED.after.includes(cohort)) waves.push(scheduled(seed, waves.length + 1, reached));
  }
  return waves;
}
