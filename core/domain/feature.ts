/** What of a person's past may be a feature: hours since a contact, contacts in so many days, how readily they answer, what came of the last one. */
export const PAST_NUMBERS = ['hoursSinceContact', 'contactsIn', 'readiness'] as const;
export const PAST_CATEGORIES = ['lastResponse'] as const;

/** Values of `lastResponse`, from no contact at all to what the goal counts. */
export const RESPONSES = ['none', 'ignored', 'opened', 'clicked', 'goal'] as const;
export type Response = (typeof RESPONSES)[number];

/** Where a feature comes from that no request carries: one of the above, or `traits.<name>`. */
interface Sourced {
  from?: string | undefined;
}

/** A feature that the policy may use: of the request, or of the person. */
export type FeatureDeclaration = Sourced &
  (
    | { type: 'category'; values: string[] }
    /** Values beyond `min` and `max` count as those; without either they are learned. `days` goes with `contactsIn`. */
    | { type: 'number'; min?: number | undefined; max?: number | undefined; days?: number | undefined }
  );
