import type { Logger } from 'pino';
import { pino } from 'pino';
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

export const deliveryLog =
  (logger: Logger): Log =>
  (level, message, fields) =>
    logger[level](fields, message);
