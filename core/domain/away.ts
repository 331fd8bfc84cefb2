/**
 * Where a programme goes on while the store cannot be asked in time: on the last known model, then the approved default, then
 * silence; at the approved default at once; there, also without counting what caps of a person and a frequency count; or it is
 * silent.
 */
export const WHEN_AWAY = ['last-model', 'fallback', 'fallback-uncapped', 'silence'] as const;
export type WhenAway = (typeof WHEN_AWAY)[number];
