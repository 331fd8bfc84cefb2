import type { Connector } from '../../core/contracts/connector.ts';
import { parse } from './parse.ts';
import { settingsSchema } from './schema.ts';
import type { EventsSettings } from './schema.ts';

export const events = {
  id: 'events',
  title: 'Events API',
  summary: 'Takes events from your own systems, in our own form.',
  docs: '/openapi.json',
  settings: settingsSchema,
  secrets: [],
  routes: [
    {
      kind: 'ingest',
      path: '/v1/events',
      methods: ['POST'],
      summary: '{"events": [...]} of type signal, identify, alias, subscription or delete',
      parse,
    },
  ],
} as const satisfies Connector<EventsSettings>;
