import type { Limits } from '../../core/contracts/destination.ts';

const HTTP_API = 'https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/';
const STREAMS = 'https://segment.com/docs/partners/streams/';
const SDK = 'https://github.com/segmentio/analytics-next packages/node context-batch.ts';
const DATE = '2026-11-22';

/** What one customer may be sent. The API itself takes 500 KB per batch; the SDK keeps 20 KB of it free. */
export const segmentLimits: Limits = {
  requests: { value: 50, source: STREAMS, date: DATE },
  windowMs: { value: 1000, source: STREAMS, date: DATE },
  maxConcurrent: 4,
  itemsPerRequest: { value: 2500, source: HTTP_API, date: DATE },
  bytesPerItem: { value: 32 * 1024, source: HTTP_API, date: DATE },
  bytesPerRequest: { value: 480 * 1024, source: SDK, date: DATE },
};
