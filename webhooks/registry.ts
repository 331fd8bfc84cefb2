import type { Webhook } from '../core/contracts/webhook.ts';
import { brazeCurrents } from './braze-currents/index.ts';
import { sendgrid } from './sendgrid/index.ts';

/**
 * Every webhook, by id. The type of each one's settings is erased to `unknown`, which is safe as long as a webhook is
 * handed only what its own `settings.parse` returned.
 */
export const webhooks: readonly Webhook[] = [brazeCurrents, sendgrid];
