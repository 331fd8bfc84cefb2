import type { Webhook } from '../../core/contracts/webhook.ts';
import { parse } from './parse.ts';
import { settingsSchema } from './schema.ts';
import type { SendgridSettings } from './schema.ts';
import { verify } from './verify.ts';

export const sendgrid = {
  id: 'sendgrid',
  title: 'SendGrid event webhook',
  summary: 'Takes deliveries, opens, clicks, bounces, complaints and unsubscribes from SendGrid.',
  docs: 'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event',
  settings: settingsSchema,
  secrets: [],
  path: '/webhooks/sendgrid',
  auth: 'Signed event webhook: ECDSA P-256 over timestamp and raw body',
  verify,
  parse,
} as const satisfies Webhook<SendgridSettings>;
