import { drawFrom } from '../../bench/learn/players.ts';
import { lateOrders, ORDERS } from '../../bench/learn/worlds/late-orders.ts';
import { linearSumsOf } from '../../core/learn/linear-state.ts';
import { emptyState } from '../../core/learn/model.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import { HOUR, NOON, ORDER, programme, variant } from './programmes.ts';

interface Late {
  option: string;
  hour: number;
  delay: number;
  arrives: number;
}

/** Plays late orders (`bench/learn/worlds/late-orders.ts`) with the policy and the state of a programme; regret in orders. */
export function playProgramme(seed: number): number {
  const { options, sends, hours, refresh, rates, delays, window } = ORDERS;
  const { luck, lateness, chances } = lateOrders(seed);
  const rng = rngFromNumber(9000 + seed);
  const names = Array.from({ length: options }, (_, a) => `v${a}`);
  const own = programme({ variants: names.map((id) => variant(id)), goal: { signals: [ORDER] } });
  const sums = linearSumsOf(own);
  const state = { ...emptyState(), linear: sums.empty() };
  const first = Math.floor(NOON / HOUR);
  let waiting: Late[] = [];
  let sent = new Map<string, number>();
  let [p, regret, next] = [new Float64Array(options).fill(1 / options), 0, 0];
  for (let t = 0; t < sends; t++) {
    const now = (t * hours) / sends;
    const hour = first + Math.floor(now);
    if (now >= next) {
      for (const [key, count] of sent) {
        const [option, made] = key.split(' ');
        sums.addTrials(state.linear, { option: option!, context: {}, hour: Number(made) }, count);
      }
      sent = new Map();
      for (const { option, hour: made, delay } of waiting.filter(({ arrives }) => arrives <= now)) {
        const credits = { [ORDER.signal]: { worth: 1, delay: delay * HOUR } };
        sums.moveCredits(state.linear, { option, context: {}, hour: made }, {}, credits);
      }
      waiting = waiting.filter(({ arrives }) => arrives > now);
      const policy = policyOf(own, { programme: own.id, version: 0, state });
      const scored = policy.score(names, { context: {}, at: NOON + now * HOUR });
      p = Float64Array.from(scored, ({ propensity }) => propensity);
      next += refresh;
    }
    const option = drawFrom(p, rng);
    regret += Math.max(...chances) - chances[option]!;
    const key = `${names[option]} ${hour}`;
    sent.set(key, (sent.get(key) ?? 0) + 1);
    const delay = lateness[t]! * delays[option]!;
    if (luck[t]! >= rates[option]! || delay > window) continue;
    waiting.push({ option: names[option]!, hour, delay, arrives: now + delay });
  }
  return regret;
}
