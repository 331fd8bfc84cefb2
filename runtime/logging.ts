import type { Logger } from 'pino';
import { pino } from 'pino';
import type { Answer } from '../core/contracts/answer.ts';
import { unitHash } from '../core/maths/murmur3.ts';
import type { Log } from './delivery/log.ts';

/** Names under which a secret or personal data could reach a log. */
const REDACTED = [
  'authorization',
  'cookie',
  'key',
  'apiKey',
  'writeKey',
  'sharedSecret',
  'token',
  'email',
  'headers',
  'body',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Where log lines go; standard output unless a test listens. */
export type LogStream = { write(line: string): void };

export function makeLogger(level: string, stream?: LogStream): Logger {
  const options = { level, redact: { paths: REDACTED, censor: '[redacted]' }, base: null };
  return stream ? pino(options, stream) : pino(options);
}

/** A line for a share of all decisions, the same ones in every copy. Without the person: the id leads there. */
export const decisionLog =
  (logger: Logger, share: number) =>
  ({ decision_id, programme, action, variant, reason, guardrail, rung }: Answer): void => {
    if (share === 0 || decision_id === undefined || unitHash(decision_id) >= share) return;
    logger.info({ decision_id, programme, action, variant, reason, guardrail, rung }, 'decision');
  };

export const deliveryLog =
  (logger: Logger): Log =>
  (level, message, fields) =>
    logger[level](fields, message);
