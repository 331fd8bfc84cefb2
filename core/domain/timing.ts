/**
 * Lets the policy choose when a message is sent, together with what is sent: at once, or at a full hour of the person's clock
 * inside the horizon.
 */
export interface Timing {
  /** How far ahead a message may be planned, at most 48. */
  horizonHours: number;
  /** Hours between the times that are offered, a divisor of 24. Absent: 1. */
  stepHours?: number | undefined;
  /** Most pairs of variant and time that are chosen between. Absent: 500. */
  mostOptions?: number | undefined;
  /** Persons who are expected to be alike, by a trait; whoever has another value is like everybody. */
  segment?: { trait: string; values: string[] } | undefined;
  /** Trait or feature of the request with the person's zone. Absent: that of the quiet hours, or `traits.timezone`. */
  zone?: string | undefined;
  /** Zone of persons of whom it names none. Absent: that of the quiet hours, or UTC. */
  fallbackZone?: string | undefined;
}

export const MOST_OPTIONS = 500;

/** The hour a message was planned for, as it is learned from. */
export interface PlannedHour {
  /** Weeks since the Sunday before 1970 by the person's clock, and the hour of it: 0 is Sunday 00:00. */
  week: number;
  hour: number;
  channel: string;
  /** As `traits.country=DE`; absent: none that is declared. */
  segment?: string | undefined;
  /**
   * What was known of the person's own hours: the response that was expected without it, how many responses around this hour
   * they had more than expected, and how many were expected. Multiples of 1/1024.
   */
  own?: [expected: number, more: number, before: number] | undefined;
}

/** Parts that the probability of a time is counted in: whole numbers, so that they are short and add up. */
export const TIME_PARTS = 1_000_000;

/** What a decision records of the times it chose from. */
export interface TimingRecord {
  /** By whose clock, an IANA name or an offset. */
  zone: string;
  /** Pairs of variant and time there were, those that guardrails pruned, by guardrail, and those cut off at `mostOptions`. */
  candidates: number;
  pruned: Record<string, number>;
  cut: number;
  /** Times the variant that was drawn could be sent at, as steps from the decision on, 0 being at once. Absent: nothing is sent. */
  steps?: number[] | undefined;
  /** Probability of each given the variant, in millionths. */
  chances?: number[] | undefined;
  /** How much more responsive than on average the person was believed to be at the time that was drawn: 1.4 is 40 % more. */
  factor?: number | undefined;
  planned?: PlannedHour | undefined;
}
