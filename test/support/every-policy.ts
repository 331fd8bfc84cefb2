import type { FeatureDeclaration } from '../../core/domain/feature.ts';
import type { GoalSignal, Programme } from '../../core/domain/programme.ts';
import { CLICK, CONTEXT, LEFT, ORDER, programme, variant } from './programmes.ts';
import { ITEMS, LETTER, slotted } from './slots.ts';

/* Every kind of policy, with everything that learning depends on: each thing with some kind, most with two. */

/** Orders by what they were worth: the largest is a thousand times the usual one. */
const SPENT: GoalSignal = { ...ORDER, value: 'revenue', cap: 500_000, weight: 0.0001 };
const GOAL: Programme['goal'] = { signals: [SPENT, CLICK, LEFT] };
const LIMITED: Programme['goal'] = {
  ...GOAL,
  limits: [{ signal: LEFT.signal, atMost: 0.003, sure: 0.5 }],
  beyondLimits: 'fallback',
};
const PLAIN = ['a', 'b', 'c'].map((id) => variant(id));
const LABELLED = [
  variant('a', { labels: { hook: 'price', tone: 'loud' } }),
  variant('b', { labels: { hook: 'story', tone: 'loud' } }),
  variant('c', { labels: { hook: 'price', tone: 'calm' } }),
];
const LOYAL = [variant('a', { eligible: 'traits.loyal == "yes"' }), variant('b'), variant('c')];

/** A number whose range is learned. */
const RANGED: Record<string, FeatureDeclaration> = { ...CONTEXT.context, spent: { type: 'number' } };
const OF_THE_PERSON: Record<string, FeatureDeclaration> = {
  since: { type: 'number', min: 0, max: 2_208, from: 'hoursSinceContact' },
  often: { type: 'number', min: 0, max: 5, from: 'contactsIn', days: 7 },
  ready: { type: 'number', min: 0, max: 3, from: 'readiness' },
  response: { type: 'category', values: ['ignored', 'opened', 'clicked', 'goal'], from: 'lastResponse' },
};

const KINDS: Partial<Programme>[] = [
  // past ones, of which others take their prior
  {
    ...{ id: 'last', status: 'ended', variants: LABELLED, timing: { horizonHours: 48 } },
    ...{ policy: { kind: 'auto', halfLifeDays: 9 }, context: CONTEXT.context },
  },
  { id: 'older', status: 'ended', goal: { signals: [CLICK, LEFT, SPENT] }, policy: { kind: 'fixed-split' } },
  {
    ...{ id: 'auto', ...CONTEXT, context: RANGED, variants: LOYAL, goal: LIMITED, fallback: 'b' },
    ...{ policy: { kind: 'auto', newOptions: { share: 0.2, trials: 45 } } },
  },
  {
    ...{ id: 'auto-tired', silence: true, variants: LABELLED, context: OF_THE_PERSON },
    ...{ policy: { kind: 'auto', recovering: true, priorFrom: ['last'], halfLifeDays: 12 } },
  },
  { id: 'auto-plain', policy: { kind: 'auto', priorFrom: 'workspace' }, variants: PLAIN },
  {
    ...{ id: 'weighted', variants: PLAIN.slice(0, 2), goal: LIMITED },
    ...{ policy: { kind: 'weighted-thompson', newOptions: { share: 0.1, trials: 60 } } },
  },
  {
    ...{ id: 'weighted-fading', timing: { horizonHours: 24 }, silence: true },
    ...{ policy: { kind: 'weighted-thompson', halfLifeDays: 5, priorFrom: ['last', 'older'] } },
    goal: { signals: [SPENT, { ...CLICK, silence: false }, LEFT] },
  },
  {
    ...{ id: 'linear', ...CONTEXT, context: { ...RANGED, ...OF_THE_PERSON }, goal: LIMITED },
    ...{ policy: { kind: 'linear-thompson', recovering: true } },
  },
  {
    ...{ id: 'linear-fading', ...CONTEXT, variants: [slotted('a', LETTER), variant('b')] },
    ...{ policy: { kind: 'linear-thompson', halfLifeDays: 20, priorFrom: ['older'] } },
  },
  {
    ...{ id: 'shared', ...CONTEXT, context: RANGED, crosses: [['plan', 'spent']], variants: LABELLED },
    ...{ policy: { kind: 'shared-linear-thompson', priorFrom: 'workspace' }, silence: true },
  },
  {
    ...{ id: 'top-two', variants: LABELLED, goal: LIMITED, fallback: 'a' },
    ...{ policy: { kind: 'top-two', halfLifeDays: 15, priorFrom: ['last'] } },
  },
  {
    ...{ id: 'fixed-split', variants: [slotted('a', LETTER), slotted('b', ITEMS)], silence: true },
    ...{ timing: { horizonHours: 48 }, policy: { kind: 'fixed-split' } },
  },
  {
    ...{ id: 'auto-pieces', variants: [slotted('a', LETTER), slotted('b', ITEMS, { channel: 'push' })] },
    ...{ timing: { horizonHours: 12 }, policy: { kind: 'auto' }, context: CONTEXT.context },
  },
];

export const EVERY_POLICY: Programme[] = KINDS.map((own) =>
  programme({ goal: GOAL, variants: PLAIN, holdout: { kind: 'random', share: 0.2 }, ...own }),
);
