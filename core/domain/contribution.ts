/** What one feature adds to the score of an option. */
export interface Contribution {
  feature: string;
  /** As the model has it: standardised, or 1 for a level that is given. */
  value: number;
  contribution: number;
}
