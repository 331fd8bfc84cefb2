import type { Limits, Sourced } from '../../core/contracts/destination.ts';

const API_LIMITS = 'https://www.braze.com/docs/api/api_limits';
const USER_TRACK = 'https://www.braze.com/docs/api/endpoints/user_data/post_user_track/';
const SDK_TYPES = '@braze/web-sdk 6.13.0 logCustomEvent: properties of a custom event';
const THIRD_PARTY =
  'api-evangelist/braze rate-limits/braze-rate-limits.yml: a third party reading the documentation';
const DATE = '2026-11-22';

export const REQUESTS: Sourced = { value: 3000, source: API_LIMITS, date: DATE };
export const WINDOW: Sourced = { value: 3000, source: API_LIMITS, date: DATE };

/** Objects per request in total: 75 in the newest documentation, 50 in several kinds of contract. */
export const ITEMS = {
  usual: { value: 50, source: USER_TRACK, date: DATE },
  max: { value: 75, source: API_LIMITS, date: DATE },
} satisfies Record<string, Sourced>;

const CONTRACT = 'settings of this destination: contracts differ';

/** Requests under way at once never fill more than a twelfth of a window: late ones must not crowd the next. */
function concurrency(requests: number): number {
  return Math.max(1, Math.min(8, Math.floor(requests / 12)));
}

/** The part of the settings by which a contract may differ from the documentation. */
interface Contract {
  requests: number;
  windowMs: number;
  batchSize: number;
}

/** What one workspace may be sent. */
export function brazeLimits({ requests, windowMs, batchSize }: Contract): Limits {
  return {
    requests: requests === REQUESTS.value ? REQUESTS : { value: requests, source: CONTRACT, date: DATE },
    windowMs: windowMs === WINDOW.value ? WINDOW : { value: windowMs, source: CONTRACT, date: DATE },
    maxConcurrent: concurrency(requests),
    itemsPerRequest: batchSize === ITEMS.usual.value ? ITEMS.usual : { ...ITEMS.max, value: batchSize },
    bytesPerItem: { value: 50_000, source: SDK_TYPES, date: DATE },
    bytesPerRequest: { value: 4_000_000, source: THIRD_PARTY, date: DATE },
  };
}
