import type { Rng } from '../../core/contracts/rng.ts';
import type { Stage } from '../stage.ts';

/** What is being broken. */
export interface Scenario {
  /** As in the catalogue of docs/chaos.md. */
  id: string;
  title: string;
  /** Left out of the short form. */
  wholeOnly?: boolean;
  run(stage: Stage, how: How): Promise<void>;
}

export interface How {
  rng: Rng;
  /** The short form, for every change; the whole one takes longer and breaks more. */
  smoke: boolean;
}
