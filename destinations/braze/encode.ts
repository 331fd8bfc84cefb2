import type { HttpRequest } from '../../core/contracts/http.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import { aliasValue } from '../../core/domain/person.ts';
import type { BrazeSettings } from './schema.ts';

const EVENT = { decision: 'pickwell_decision', reward: 'pickwell_reward' } as const;

/** How Braze is told who it is about: its own external id where known, else its internal one. */
function address(outcome: Outcome): { external_id: string } | { braze_id: string } | undefined {
  const externalId = aliasValue(outcome.aliases, 'user') ?? aliasValue(outcome.aliases, 'external');
  if (externalId !== undefined) return { external_id: externalId };
  const brazeId = aliasValue(outcome.aliases, 'braze');
  return brazeId === undefined ? undefined : { braze_id: brazeId };
}

/** Whether the person has an id that Braze knows. */
export function isAddressable(outcome: Outcome): boolean {
  return address(outcome) !== undefined;
}

/** One outcome as a custom event. Braze drops no repetitions: `outcome_id` lets the reader do it. */
export function encodeItem(outcome: Outcome, settings: BrazeSettings): string {
  return JSON.stringify({
    ...address(outcome),
    app_id: settings.appId,
    name: EVENT[outcome.kind],
    time: new Date(outcome.at).toISOString(),
    properties: { ...outcome.properties, outcome_id: outcome.id },
  });
}

/** `POST /users/track` with one custom event per outcome, in order. */
export function encode(batch: readonly Outcome[], settings: BrazeSettings): HttpRequest {
  return {
    method: 'POST',
    url: `${settings.restEndpoint.replace(/\/+$/, '')}/users/track`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${settings.apiKey}` },
    body: `{"events":[${batch.map((outcome) => encodeItem(outcome, settings)).join(',')}]}`,
  };
}
