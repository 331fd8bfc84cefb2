/** At most this share of the trials of an option may have a signal: one that is found beyond it is not chosen any more. */
export interface GoalLimit {
  /** One of the goal's signals, counted and not valued. */
  signal: string;
  atMost: number;
  /** Probability of being beyond with which an option is dropped; absent: 0.9. */
  sure?: number | undefined;
}

/** What is answered when every variant that may be sent is beyond a limit. */
export type BeyondLimits = 'silence' | 'fallback';

export interface GoalLimits {
  limits?: GoalLimit[] | undefined;
  /** Absent: silence. */
  beyondLimits?: BeyondLimits | undefined;
}
