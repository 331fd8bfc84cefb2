import type { Connector } from '../../core/contracts/connector.ts';
import { parse } from './parse.ts';
import { settingsSchema } from './schema.ts';
import type { SegmentSettings } from './schema.ts';
import { verify } from './verify.ts';

export const segment = {
  id: 'segment',
  title: 'Segment',
  summary: 'Takes events, traits and consent from a Segment Webhooks destination.',
  docs: 'https://segment.com/docs/connections/destinations/catalog/actions-webhook',
  settings: settingsSchema,
  secrets: ['sharedSecret'],
  routes: [
    {
      kind: 'ingest',
      path: '/v1/segment',
      methods: ['POST'],
      summary: 'One event, an array of events, or {"batch": [...]}',
      verify,
      parse,
    },
  ],
} as const satisfies Connector<SegmentSettings>;
