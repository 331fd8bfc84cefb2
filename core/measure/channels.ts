import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';

/** How much of what is decided goes to one channel. */
export interface ChannelShare {
  channel: string;
  trials: number;
  /** Share of the trials so far. */
  share: number;
  /** Probability with which the policy chooses it now, when every option is eligible. */
  propensity: number;
}

interface Shared {
  option: OptionKey;
  trials: number;
  share: number;
  propensity: number;
}

/** Options by the channel of their variants, in the order of these; silence is on none. */
export function channelShares({ variants }: Programme, options: readonly Shared[]): ChannelShare[] {
  const channelOf = new Map(variants.map(({ id, channel }) => [id, channel]));
  const known = options.filter(({ option }) => channelOf.has(option));
  return [...Map.groupBy(known, ({ option }) => channelOf.get(option)!)].map(([channel, own]) => {
    const sum = (of: (one: Shared) => number): number => own.reduce((total, one) => total + of(one), 0);
    return {
      channel,
      trials: sum((o) => o.trials),
      share: sum((o) => o.share),
      propensity: sum((o) => o.propensity),
    };
  });
}
