import type { Evidence } from '../../chaos/checks/check.ts';
import type { Disturbance } from '../../chaos/disturbance.ts';
import type { Asked, Call } from '../../chaos/history.ts';
import { History } from '../../chaos/history.ts';
import { programmesOf } from '../../chaos/programmes.ts';
import type { Arrival } from '../../chaos/recorder.ts';
import type { Testimony } from '../../chaos/witness.ts';
import type { Answer } from '../../core/contracts/answer.ts';
import type { LedgerRow } from '../../core/contracts/ledger-row.ts';
import type { LedgerKind } from '../../core/contracts/records.ts';
import { answerOf } from '../../core/decide/answer.ts';
import type { Decision } from '../../core/domain/decision.ts';
import { NEVER } from '../../core/domain/resource.ts';
import { NOON } from './programmes.ts';

/** Two copies. */
export const [A, B] = ['http://a', 'http://b'] as const;

/** Evidence to plant faults in: what is read only elsewhere is written here. */
export interface Planted extends Evidence {
  rows: LedgerRow[];
  disturbances: Disturbance[];
  recorder: { received: Map<string, Arrival[]>; arrivals: number[] };
  pools: { pool: string; codes: number; free: number }[];
  testimony: Testimony;
}

export const call = (changes: Partial<Call> = {}): Call => ({
  ...{ kind: 'decide', copy: A, at: NOON, ms: 20, held: 0, outcome: 200 },
  ...changes,
});

/** A message of the programme without caps for somebody of their own, one second after the one before. */
export function decision(number: number, changes: Partial<Decision> = {}): Decision {
  const { variant = 'warm' } = changes;
  return {
    ...{
      id: `d${number}`,
      programme: 'open',
      programmeVersion: 1,
      person: `p${number}`,
      arm: 'treated',
    },
    ...{ sendKey: `key ${number}`, send: `s${number}`, at: NOON + number * 1_000, action: 'send' },
    ...{ option: variant, variant, channel: 'email', content: { body: variant }, reason: 'policy' },
    ...{ rung: 'full', propensity: 0.6, dropped: [], modelVersion: 0, policy: 'weighted-thompson' },
    eligible: [
      { option: variant, propensity: 0.6, score: 0 },
      { option: 'another', propensity: 0.4, score: 0 },
    ],
    ...{ seed: '', context: {}, learn: true },
    ...changes,
  };
}

const PRIVATE = { programme: null, person: null, ref: null, digest: '', chain: '' };

export function add({ rows }: Pick<Planted, 'rows'>, kind: LedgerKind, body: object): void {
  rows.push({ seq: rows.length + 1, kind, at: NOON, body: JSON.stringify(body), ...PRIVATE });
}

/** Someone asked for it, and was answered so. */
export function ask({ history }: Planted, made: Decision, answers: Partial<Answer>[] = [{}]): Asked {
  const asked: Asked = {
    ...{ programme: made.programme, person: `user=${made.person}`, send: made.send!, firstAt: made.at },
    answers: answers.map((changes) => JSON.stringify({ ...answerOf(made), ...changes })),
  };
  history.asked.push(asked);
  return asked;
}

/** It was decided, recorded, answered twice and delivered. */
export function decided(evidence: Planted, made: Decision): Asked {
  add(evidence, 'decision', made);
  for (const { resource, amount, code } of made.reservations ?? [])
    add(evidence, 'reservation', { resource, id: made.id, at: made.at, amount, endsAt: NEVER, code });
  const arrival = { at: made.at + 500, acknowledgedAt: made.at + 510 };
  evidence.recorder.received.set(made.id, [arrival]);
  evidence.recorder.arrivals.push(arrival.at);
  evidence.testimony.delivered.set(made.id, made.at + 600);
  return ask(evidence, made, [{}, {}]);
}

/** What a copy answers on its own while nothing can be recorded. */
export const onNoRecord = (programme: string, changes: Partial<Answer> = {}): Answer => ({
  ...{ programme, action: 'send', variant: 'warm', channel: 'email', reason: 'fallback', rung: 'default' },
  decision_recorded: false,
  ...changes,
});

export function answeredAlone({ history }: Planted, person: string, at: number, answer: Answer): void {
  const { programme } = answer;
  const [send, answers] = [`alone ${history.asked.length}`, [JSON.stringify(answer)]];
  history.asked.push({ programme, person, send, firstAt: at, answers });
}

/** It arrived once more. */
export const again = (own: Planted, id: string, at: number): void =>
  void own.recorder.received.get(id)!.push({ at, acknowledgedAt: at + 10 });

/** Changes what the ledger says of a decision. */
export function rewrite({ rows }: Planted, id: string, changes: Partial<Decision>): void {
  for (const row of rows) {
    if (row.kind !== 'decision') continue;
    const own = JSON.parse(row.body!) as Decision;
    if (own.id === id) row.body = JSON.stringify({ ...own, ...changes });
  }
}

/** Somebody is sent something, so many times. */
export const contacts = (own: Planted, count: number, changes: Partial<Decision>): void => {
  for (let i = 0; i < count; i++) decided(own, decision(200 + i, { person: 'often', ...changes }));
};

export const signal = (id: string): object => ({ id, name: 'Order Completed' });

function somebodyLeaves(evidence: Planted): void {
  evidence.history.left.set('user=leaver', NOON);
  const silence = decision(20, { person: 'leaver', action: 'silence', option: 'silence', eligible: [] });
  decided(evidence, { ...silence, variant: undefined, channel: undefined, content: undefined });
}

/** What callers met while copies were down, in the ways that are allowed. */
const ALLOWED: Call[] = [
  call({ copy: B, at: NOON + 1_000, outcome: 'refused' }),
  call({ copy: B, at: NOON + 1_000, kind: 'ready', outcome: 503 }),
  call({ copy: A, at: NOON + 5_000, ms: 5_000, outcome: 'no answer' }),
  call({ copy: A, at: NOON + 5_000, ms: 4_900 }),
  call({ copy: B, at: NOON + 30_450, outcome: 'cut off' }),
  call({ kind: 'events', at: NOON + 41_000, outcome: 503 }),
  // the caller itself stood still
  call({ ms: 6_000, held: 5_500 }),
];

/** A run in which a lot was broken and everything held. */
export function evidence(): Planted {
  const own: Planted = {
    history: new History(),
    rows: [],
    recorder: { received: new Map(), arrivals: [] },
    disturbances: [
      { of: 'killed', copy: B, from: NOON, to: NOON + 4_000 },
      { of: 'held', copy: A, from: NOON + 4_500, to: NOON + 9_500 },
      { of: 'stopping', copy: B, from: NOON + 30_000, to: NOON + 34_000 },
      { of: 'store', from: NOON + 40_000, to: NOON + 46_000 },
      { of: 'redis', from: NOON + 100_000, to: NOON + 106_000 },
    ],
    programmes: programmesOf(true),
    pools: [{ pool: 'spring', codes: 3, free: 2 }],
    testimony: {
      folds: [
        { copy: 'copy_0', epoch: 1, before: 0, position: 10 },
        { copy: 'copy_1', epoch: 2, before: 10, position: 30 },
      ],
      holders: new Map([
        [1, new Set(['copy_0'])],
        [2, new Set(['copy_1'])],
      ]),
      delivered: new Map(),
    },
    limitShared: true,
  };
  own.history.calls.push(call(), call({ kind: 'ready' }), call({ kind: 'metrics' }), ...ALLOWED);
  for (let i = 0; i < 3; i++) decided(own, decision(i));
  own.history.stocked.push({ codes: ['c1', 'c2', 'c3'], accepted: true });
  const limit = { resource: `cap/gifts/*/*/${10 / 3_600}`, amount: 1 };
  const code = { resource: 'pool/spring', amount: 1, code: 'c1' };
  const withCode = { variant: 'code', coupon: { pool: 'spring', code: 'c1' }, reservations: [limit, code] };
  decided(own, decision(10, { programme: 'gifts', ...withCode }));
  const paid = [limit, { resource: 'budget/gifts/total', amount: 70_000 }];
  decided(own, decision(11, { programme: 'gifts', variant: 'paid', reservations: paid }));
  decided(own, decision(12, { programme: 'welcome' }));
  // answered from its own disk while the database was away, and brought there later
  decided(own, decision(41, { rung: 'last-model', spooled: true }));
  answeredAlone(own, 'user=p1', NOON + 42_000, onNoRecord('open'));
  somebodyLeaves(own);
  add(own, 'signal', signal('e1'));
  own.history.told.push({ id: 'e1', signal: true, event: {}, accepted: true });
  return own;
}
