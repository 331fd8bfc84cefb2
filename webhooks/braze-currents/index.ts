import type { Webhook } from '../../core/contracts/webhook.ts';
import { parse } from './parse.ts';
import { settingsSchema } from './schema.ts';
import type { CurrentsSettings } from './schema.ts';
import { verify } from './verify.ts';

export const brazeCurrents = {
  id: 'braze-currents',
  title: 'Braze Currents',
  summary:
    'Takes sends of every channel, deliveries, opens, clicks, complaints, subscriptions, custom events and purchases from a Currents export.',
  docs: 'https://www.braze.com/docs/user_guide/data/distribution/braze_currents/setting_up_currents/custom_http_connector',
  settings: settingsSchema,
  secrets: ['token'],
  path: '/webhooks/braze-currents',
  auth: 'Bearer token: one of our keys with scope ingest, or the configured token',
  verify,
  parse,
} as const satisfies Webhook<CurrentsSettings>;
