import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import { programmesInText } from '../../core/domain/decision.ts';
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
  const raw: Record<string, unknown> =
    request.body.length === 0 ? request.query : { ...request.query, ...bodyFields(request.body) };
  const parsed = decideFields.safeParse(raw);
  if (!parsed.success) throw new Fault('invalid', 'a field is neither text nor a number');
  const fields = parsed.data;
  const [programme, user, braze] = [text(fields.programme), text(fields.user), text(fields.braze)];
  if (programme === undefined) throw new Fault('invalid', 'programme is missing');
  if (user === undefined && braze === undefined) {
    throw new Fault('invalid', 'neither user nor braze names a person');
  }
  const told = text(fields.send);
  const preview = told === UNSENT;
  const send = preview ? undefined : told;
  return {
    programme: programmesInText(programme),
    person: { userId: user, brazeId: braze },
    send,
    scope: scopeOf(fields, send),
    context: contextOf(raw, fields.context ?? {}),
    preview: preview || undefined,
  };
}

/** Liquid renders a variable that is absent as an empty string, so blank means absent. */
function text(value: string | number | null | undefined): string | undefined {
  return value === undefined || value === null ? undefined : String(value).trim() || undefined;
}

/** What names a send where Braze gives no dispatch id, and what tells slots of one send apart. */
const WITHOUT_SEND = ['campaign', 'canvas', 'message', 'slot'] as const;
const WITH_SEND = ['slot'] as const;

/**
 * The rest of the send's identity. A dispatch id already names campaign and message; without one they take its place
 * and the programme's time bucket stands for the send.
 */
function scopeOf(fields: DecideFields, send: string | undefined): string | undefined {
  const parts: string[] = [];
  for (const name of send === undefined ? WITHOUT_SEND : WITH_SEND) {
    const value = text(fields[name]);
    if (value !== undefined) parts.push(`${name}=${encodeURIComponent(value)}`);
  }
  return parts.join('&') || undefined;
}

function contextOf(raw: Record<string, unknown>, given: Record<string, unknown>): DecideRequest['context'] {
  const features: [string, string | number | boolean][] = [];
  for (const name of Object.keys(raw)) {
    const value = raw[name];
    if (name.startsWith(CONTEXT_PREFIX) && isFeature(value)) {
      features.push([name.slice(CONTEXT_PREFIX.length), value]);
    }
  }
  for (const [name, value] of Object.entries(given)) if (isFeature(value)) features.push([name, value]);
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
  const content = new TextDecoder().decode(body).trim();
  return content.startsWith('{') ? jsonObject(content) : Object.fromEntries(new URLSearchParams(content));
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Fault('invalid', 'the body is not valid JSON');
  }
}
