import type { Planted } from './chaos-evidence.ts';
import {
  add,
  again,
  answeredAlone,
  ask,
  B,
  call,
  contacts,
  decided,
  decision,
  onNoRecord,
  rewrite,
  signal,
} from './chaos-evidence.ts';
import { NOON } from './programmes.ts';

/** What is planted, and the one check that is to name it. */
export const FAULTS: Record<string, [string, (own: Planted) => void][]> = {
  'every answer is one that a platform can use': [
    ['a decide call is refused', ({ history }) => history.calls.push(call({ outcome: 503 }))],
    ['a delivery fails', ({ history }) => history.calls.push(call({ kind: 'events', outcome: 500 }))],
    [
      'a copy is not ready because its store is away',
      ({ history }) => history.calls.push(call({ kind: 'ready', at: NOON + 42_000, outcome: 503 })),
    ],
  ],
  'only a copy that is down owes an answer': [
    ['nobody listens at a copy that runs', ({ history }) => history.calls.push(call({ outcome: 'refused' }))],
    [
      'a copy that runs cuts off while another was killed',
      ({ history }) => history.calls.push(call({ at: NOON + 1_000, outcome: 'cut off' })),
    ],
    [
      'a copy that was held cuts off',
      ({ history }) => history.calls.push(call({ at: NOON + 6_000, outcome: 'cut off' })),
    ],
    [
      'a copy that was just told to stop cuts off',
      ({ history }) => history.calls.push(call({ copy: B, at: NOON + 30_100, outcome: 'cut off' })),
    ],
    [
      'a decision waits for a store that is away',
      ({ history }) => history.calls.push(call({ at: NOON + 41_000, ms: 5_000, outcome: 'no answer' })),
    ],
    [
      'events get no answer from a store that is there',
      ({ history }) =>
        history.calls.push(call({ kind: 'events', at: NOON + 80_000, ms: 5_000, outcome: 'no answer' })),
    ],
  ],
  'every answer comes in time': [
    ['a decision is late', ({ history }) => history.calls.push(call({ at: NOON + 20_000, ms: 4_000 }))],
    [
      'a decision is late because the store is away',
      ({ history }) => history.calls.push(call({ at: NOON + 41_000, ms: 4_000 })),
    ],
    [
      'a probe is late because the store is away',
      ({ history }) => history.calls.push(call({ kind: 'ready', at: NOON + 41_000, ms: 4_000 })),
    ],
    [
      'a scrape is late because the store is away',
      ({ history }) => history.calls.push(call({ kind: 'metrics', at: NOON + 41_000, ms: 12_000 })),
    ],
  ],
  'every answered decision is recorded once and never changes': [
    ['it is not there', (own) => void ask(own, decision(300))],
    [
      'it is answered differently when it is asked for again',
      (own) => {
        add(own, 'decision', decision(300));
        own.recorder.received.set('d300', [{ at: NOON }]);
        ask(own, decision(300), [{}, { send_at: '2026-11-24T00:00:00.000Z' }]);
      },
    ],
  ],
  'every spooled decision reached the store': [
    ['it is nowhere', (own) => void ask(own, decision(300, { spooled: true, rung: 'last-model' }))],
  ],
  'what was answered is what is recorded': [
    [
      'another variant',
      (own) => rewrite(own, 'd0', { variant: 'short', option: 'another', propensity: 0.4 }),
    ],
    ['another rung than was spooled', (own) => rewrite(own, 'd41', { rung: 'default' })],
    ['another channel', (own) => rewrite(own, 'd0', { channel: 'push' })],
    ['another rung', (own) => rewrite(own, 'd0', { rung: 'last-model' })],
    ['another propensity', (own) => rewrite(own, 'd0', { propensity: 0.5 })],
    ['another code', (own) => rewrite(own, 'd10', { coupon: { pool: 'spring', code: 'c2' } })],
    [
      'chances that do not add up',
      (own) => rewrite(own, 'd0', { eligible: [{ option: 'warm', propensity: 0.6, score: 0 }] }),
    ],
    ['one human is two persons', (own) => (own.history.asked[0]!.person = own.history.asked[1]!.person)],
  ],
  'what is on no record is the declared default, or silence': [
    [
      'another variant than the default',
      (own) => answeredAlone(own, 'user=p1', NOON + 42_000, onNoRecord('open', { variant: 'short' })),
    ],
    [
      'the full engine does not record',
      (own) => answeredAlone(own, 'user=p1', NOON + 42_000, onNoRecord('open', { rung: 'full' })),
    ],
  ],
  'one decision for each send': [['two for one', (own) => void decided(own, decision(300, { send: 's0' }))]],
  'the caps hold for every person, over all copies and ids': [
    [
      'the fourth of three',
      (own) => {
        contacts(own, 3, {});
        decided(own, decision(300, { person: 'often', programme: 'welcome' }));
      },
    ],
    [
      'of two who turned out to be one',
      (own) => {
        contacts(own, 3, {});
        add(own, 'merge', { into: 'same', from: 'often' });
        decided(own, decision(300, { person: 'same', programme: 'welcome' }));
      },
    ],
    [
      'the default, which nobody counts',
      (own) => {
        contacts(own, 5, { programme: 'gifts' });
        answeredAlone(own, 'user=often', NOON + 300_000, onNoRecord('gifts', { variant: 'plain' }));
      },
    ],
  ],
  'budgets, pools of codes and caps over all persons are exact': [
    [
      'more is spent than there is',
      (own) => {
        const reservations = [{ resource: 'budget/gifts/total', amount: 2_100_000 }];
        decided(own, decision(300, { programme: 'gifts', reservations }));
      },
    ],
    [
      'a code is two decisions’',
      (own) => {
        const reservations = [{ resource: 'pool/spring', amount: 1, code: 'c1' }];
        decided(own, decision(300, { programme: 'gifts', reservations }));
        own.pools[0]!.free = 1;
      },
    ],
    [
      'a code is handed out that is on no record',
      (own) => {
        const coupon = { pool: 'spring', code: 'c1' };
        decided(own, decision(300, { programme: 'gifts', coupon }));
      },
    ],
    ['a code is gone', (own) => (own.pools[0]!.free = 1)],
    [
      'codes that were acknowledged are not there',
      ({ history }) => history.stocked.push({ codes: ['c4', 'c5'], accepted: true }),
    ],
    [
      '41 in ten seconds',
      (own) => {
        for (let i = 0; i < 39; i++) {
          const reservations = [{ resource: `cap/gifts/*/*/${10 / 3_600}`, amount: 1 }];
          decided(own, decision(300 + i, { programme: 'gifts', reservations }));
        }
      },
    ],
  ],
  'nothing is sent to who left, from no rung': [
    [
      'from full while the store was away when they left',
      (own) => {
        own.history.left.set('user=p50', NOON + 42_000);
        decided(own, decision(50));
      },
    ],
    [
      'from the default',
      (own) => {
        own.history.left.set('user=gone', NOON + 60_000);
        answeredAlone(own, 'user=gone', NOON + 62_000, onNoRecord('open'));
      },
    ],
    [
      'from the default, and only Redis was away',
      (own) => {
        own.history.left.set('user=gone', NOON + 102_000);
        answeredAlone(own, 'user=gone', NOON + 104_000, onNoRecord('open'));
      },
    ],
  ],
  'every acknowledged event is counted once': [
    ['twice', (own) => add(own, 'signal', signal('e1'))],
    ['not at all', ({ history }) => history.told.push({ id: 'e2', signal: true, event: {}, accepted: true })],
  ],
  'every decision reached the destination, none again without cause': [
    ['never', ({ recorder }) => recorder.received.delete('d2')],
    [
      'again though nothing happened',
      (own) => {
        decided(own, decision(60));
        own.testimony.delivered.delete('d60');
        again(own, 'd60', NOON + 130_000);
      },
    ],
    [
      'again after Redis was away',
      (own) => {
        decided(own, decision(101));
        own.testimony.delivered.delete('d101');
        again(own, 'd101', NOON + 130_000);
      },
    ],
    [
      'again after a fault long after it was acknowledged',
      (own) => {
        decided(own, decision(60));
        own.testimony.delivered.delete('d60');
        own.disturbances.push({ of: 'killed', copy: B, from: NOON + 70_000, to: NOON + 72_000 });
        again(own, 'd60', NOON + 75_000);
      },
    ],
    ['again after it was on record as delivered', (own) => again(own, 'd41', NOON + 105_000)],
  ],
  'the destination is never asked above its limit': [
    [
      '51 in a second that no second of the clock is',
      ({ recorder }) =>
        recorder.arrivals.push(...Array.from({ length: 51 }, (_, i) => NOON + 900_500 + i * 19)),
    ],
  ],
  'only the copy that holds the lease folds': [
    [
      'a copy that was held writes in the epoch of another',
      ({ testimony }) => testimony.folds.push({ copy: 'copy_0', epoch: 2, before: 30, position: 40 }),
    ],
    [
      'an epoch that is over comes back',
      ({ testimony }) => testimony.folds.push({ copy: 'copy_0', epoch: 1, before: 30, position: 40 }),
    ],
    [
      'a stretch is folded twice',
      ({ testimony }) => testimony.folds.push({ copy: 'copy_1', epoch: 2, before: 10, position: 40 }),
    ],
    ['two copies have one epoch', ({ testimony }) => testimony.holders.get(2)!.add('copy_0')],
  ],
};
