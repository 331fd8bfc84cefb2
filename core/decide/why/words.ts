import type { Decision } from '../../domain/decision.ts';
import { sendTimeOf } from '../../domain/decision.ts';
import type { Place } from '../../guardrails/place.ts';
import { clockWords, plural } from '../../guardrails/words.ts';
import { zoneOf } from '../../guardrails/zone.ts';
import type { Change } from './change.ts';

const DIGITS = 3;
const MINUTE_MS = 60_000;

/** Where the person is: absent, or where clocks show UTC, times are told by that alone. */
export type Where = Pick<Place, 'name' | 'zone'> | undefined;

/** `tuesday 2026-11-24 09:00 in Europe/Berlin (2026-11-24T08:00Z)`, or `tuesday 2026-11-24 08:00 UTC` */
export function timeWords(at: number, where: Where): string {
  // rounded up, so that it is true at the time that is shown
  const shown = Math.ceil(at / MINUTE_MS) * MINUTE_MS;
  if (!where || where.name === 'UTC') return `${clockWords(shown)} UTC`;
  const utc = `${new Date(shown).toISOString().slice(0, 16)}Z`;
  return `${clockWords(shown, where.zone)} in ${where.name} (${utc})`;
}

export const round = (value: number): number => Number(value.toPrecision(DIGITS));

/** Rounded up to what is told, so that it is true of that. */
export function roundedUp(by: number): number {
  const unit = 10 ** (Math.floor(Math.log10(by)) - DIGITS + 1);
  return Number((Math.ceil(by / unit) * unit).toPrecision(DIGITS));
}

export const signed = (value: number): string => `${value < 0 ? '' : '+'}${round(value)}`;
export const percent = (share: number): string => `${round(share * 100)} %`;

/** ` at tuesday 2026-11-24 09:00 in Europe/Berlin, 1.4 times as responsive as usual`; nothing where nothing was planned. */
export function plannedWords(decision: Pick<Decision, 'at' | 'sendAt' | 'timing'>): string {
  const { timing } = decision;
  if (timing?.factor === undefined) return '';
  const when = `${clockWords(sendTimeOf(decision), zoneOf(timing.zone))} in ${timing.zone}`;
  return ` at ${when}, ${round(timing.factor)} times as responsive as usual`;
}

/** Pieces that are named in a summary. */
const NAMED = 6;

/** `; put together with s2 as subject (72 %), c1 as cta (33 %)`; nothing where chance had no part in that. */
export function piecesWords({ drawn }: Pick<Decision, 'drawn'>): string {
  const draws = (drawn?.draws ?? []).filter(({ among }) => Object.keys(among).length > 1);
  const words = draws.map(({ slot, piece, among }) => `${piece} as ${slot} (${percent(among[piece]!)})`);
  const more = words.length > NAMED ? ` and ${words.length - NAMED} more` : '';
  return words.length === 0 ? '' : `; put together with ${words.slice(0, NAMED).join(', ')}${more}`;
}

function contactWords({ fewer, channel, per, hours }: Change & { kind: 'contacts' }): string {
  const whose = per === 'person-programme' ? ' of this programme' : '';
  const own = per === 'person-variant' ? ' of this variant' : whose;
  const inside = hours === undefined ? '' : ` in the last ${hours} h`;
  return `with ${plural(fewer, channel === undefined ? 'contact' : `${channel} contact`)}${own} less${inside}`;
}

function signalWords({ signal, by }: Change & { kind: 'signal' }): string {
  const times = Math.abs(by) === 1 ? 'once' : `${Math.abs(by)} times`;
  return by > 0
    ? `if ${signal} had happened ${times} more just before`
    : `if ${signal} had happened ${times} less`;
}

function chanceWords({ from, to, short }: Change & { kind: 'chance' }): string {
  const score = short > 0 ? `; its score was ${round(short)} short` : '';
  return `with a chance of ${percent(to)} instead of ${percent(from)}${score}`;
}

const scoreWords = ({ by, from, to }: Change & { kind: 'score' }): string =>
  `with a score ${round(by)} higher: a chance of ${percent(to)} instead of ${percent(from)}`;

function valueWords({ field, value, part = [] }: Change & { kind: 'value' }): string {
  const name = [field, ...part].join('.');
  const own = part.reduce<unknown>((of, key) => (of as Record<string, unknown> | null)?.[key], value) ?? null;
  return own === null ? `without ${name}` : `if ${name} were ${JSON.stringify(own)}`;
}

/** One change in words that finish a sentence such as "b would have been sent ...". */
export function changeWords(change: Change, where: Where): string {
  switch (change.kind) {
    case 'time':
      return `on ${timeWords(change.at, where)}`;
    case 'contacts':
      return contactWords(change);
    case 'signal':
      return signalWords(change);
    case 'no-signal':
      return `if ${change.signal} had not happened`;
    case 'value':
      return valueWords(change);
    case 'resource':
      return `with ${change.what}`;
    case 'consent':
      return `with consent to ${change.purposes.join(', ')}`;
    case 'subscription':
      return `if the person subscribed to ${change.channel}`;
    case 'limit':
      return `if the limit of ${change.signal} allowed it`;
    case 'approval':
      return 'if it were approved';
    case 'status':
      return 'if the programme were live';
    case 'end':
      return 'if it ended later';
    case 'arm':
      return 'if the person were not in the holdout';
    case 'pin':
      return 'if no variant were asked for by name';
    case 'chance':
      return chanceWords(change);
    case 'score':
      return scoreWords(change);
  }
}
