/**
 * How many contacts of the programme a person is to have in any `perDays` days: between `least` and `most`, in proportion to
 * how readily they answer.
 */
export interface Frequency {
  perDays: number;
  least: number;
  most: number;
}

/** How often one person is to be contacted, and why. */
export interface FrequencyTarget {
  /** Contacts in `perDays` days. */
  target: number;
  /** Contacts that the person answered, and how many everybody would have; older ones count less. Absent: not looked at. */
  answered?: number | undefined;
  expected?: number | undefined;
}
