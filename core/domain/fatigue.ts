/**
 * What each contact with a person takes off the value of a further one, at first, in rewards; it halves every
 * `halfLifeHours`. Of `person`: every contact lowers every variant. Of `variant`: only the same variant of the programme. With
 * `channel` both are of that channel.
 */
export interface FatigueRule {
  per: 'person' | 'variant';
  channel?: string | undefined;
  cost: number;
  halfLifeHours: number;
}
