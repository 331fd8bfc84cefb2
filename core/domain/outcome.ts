import type { Alias } from './person.ts';

/** Something a destination is told: that a decision was made, or that it earned a reward. */
export interface Outcome {
  /** Stable message id: the same outcome has the same id on every attempt. */
  id: string;
  kind: 'decision' | 'reward';
  /** Aliases by which a destination can address the person. */
  aliases: Alias[];
  /** ms since 1970 */
  at: number;
  /** Flat and platform-neutral: decision_id, programme, variant, channel, action, reason, propensity, signal, value, reward. */
  properties: Record<string, string | number | boolean>;
}
