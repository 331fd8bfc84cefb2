import type { Destination } from '../../core/contracts/destination.ts';
import { decode } from './decode.ts';
import { deliver, encodeItem, isAddressable } from './encode.ts';
import { segmentLimits } from './limits.ts';
import { settings } from './schema.ts';
import type { SegmentSettings } from './schema.ts';

/** Decisions and rewards as track events of a Segment source. */
export const segment: Destination<SegmentSettings> = {
  id: 'segment',
  title: 'Segment',
  summary: 'Decisions and rewards as track events of a Segment source.',
  docs: 'https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/',
  settings,
  secrets: ['writeKey'],
  limits: () => segmentLimits,
  // The limit is the customer's, not the source's, and one installation serves one customer.
  account: ({ host }) => `segment ${host}`,
  accepts: (outcome, { send }) => send.includes(outcome.kind) && isAddressable(outcome),
  encodeItem,
  deliver,
  decode,
};
