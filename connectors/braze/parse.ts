import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import { decideFields } from './schema.ts';
import type { DecideFields } from './schema.ts';

/**
 * What `{{campaign.${dispatch_id}}}` renders in previews and test sends, which really call this endpoint.
 * Source: https://www.braze.com/docs/help/help_articles/data/dispatch_id, read 2026-11-22
 */
const UNSENT = 'dispatch_id_for_unsent_campaign';

const CONTEXT_PREFIX = 'c.';

/**
 * A Connected Content call as a decision request. Query and body carry the same names; the body wins.
 *
 * @throws Fault `invalid` without a programme or a person, or for a JSON body that cannot be read.
 */
export function parse(request: InboundRequest): DecideRequest {
  const raw: Record<string, unknown> = { ...request.query, ...bodyFields(request.body) };
  const parsed = decideFields.safeParse(raw);
  if (!parsed.success) throw new Fault('invalid', 'a field is neither text nor a number');
  const fields = parsed.data;
  if (!fields.programme) throw new Fault('invalid', 'programme is missing');
  if (!fields.user && !fields.braze) throw new Fault('invalid', 'neither user nor braze names a person');
  const preview = fields.send === UNSENT;
  const send = preview ? undefined : fields.send;
  return {
    programme: fields.programme,
    person: { userId: fields.user, brazeId: fields.braze },
    send,
    scope: scopeOf(fields, send),
    context: contextOf(raw, fields.context ?? {}),
    preview: preview || undefined,
  };
}

/**
 * The rest of the send's identity. A dispatch id already names campaign and message; without one they take its place
 * and the programme's time bucket stands for the send.
 */
function scopeOf(fields: DecideFields, send: string | undefined): string | undefined {
  const { campaign, canvas, message, slot } = fields;
  const parts = send === undefined ? { campaign, canvas, message, slot } : { slot };
  const present = Object.entries(parts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(present).toString() || undefined;
}

function contextOf(raw: Record<string, unknown>, given: Record<string, unknown>): DecideRequest['context'] {
  const prefixed = Object.entries(raw)
    .filter(([name]) => name.startsWith(CONTEXT_PREFIX))
    .map(([name, value]) => [name.slice(CONTEXT_PREFIX.length), value] as const);
  const features = [...prefixed, ...Object.entries(given)].flatMap(([name, value]) =>
    isFeature(value) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(features);
}

function isFeature(value: unknown): value is string | number | boolean {
  if (typeof value === 'string') return value.trim() !== '';
  return typeof value === 'number' || typeof value === 'boolean';
}

/**
 * `:content_type` says JSON for some tags that send a form and the other way round, and no form starts with a brace:
 * the first character decides.
 */
function bodyFields(body: Uint8Array): Record<string, unknown> {
  const text = new TextDecoder().decode(body).trim();
  return text.startsWith('{') ? jsonObject(text) : Object.fromEntries(new URLSearchParams(text));
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Fault('invalid', 'the body is not valid JSON');
  }
}
