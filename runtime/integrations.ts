import { z } from 'zod';
import { connectors } from '../connectors/registry.ts';
import type { Outcome } from '../core/domain/outcome.ts';
import type { IntegrationHead } from '../core/contracts/settings.ts';
import { destinations } from '../destinations/registry.ts';
import { webhooks } from '../webhooks/registry.ts';
import type { Configured } from './delivery/service.ts';
import type { Settings } from './settings.ts';
import { describeIssues, SettingsError } from './settings.ts';

function parse(head: IntegrationHead<unknown>, block: Record<string, unknown>): unknown {
  try {
    return head.settings.parse(block);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new SettingsError(describeIssues(error, `integrations.${head.id}`));
  }
}

/** Settings of every connector and webhook, by id; what nobody configured has its defaults. */
export function inboundSettings(settings: Settings): Map<string, unknown> {
  const heads: IntegrationHead<unknown>[] = [...connectors, ...webhooks];
  return new Map(heads.map((head) => [head.id, parse(head, settings.integrations[head.id] ?? {})]));
}

/** Destinations with a credential in the settings; without one a destination is off. */
export function configuredDestinations(settings: Settings): Configured[] {
  return destinations.flatMap((destination) => {
    const block = settings.integrations[destination.id] ?? {};
    if (!destination.secrets.some((secret) => block[secret] !== undefined)) return [];
    return [{ destination, settings: parse(destination, block) }];
  });
}

/** Ids of the destinations that are told of an outcome. */
export const routeTo =
  (configured: readonly Configured[]) =>
  (outcome: Outcome): string[] =>
    configured
      .filter(({ destination, settings }) => destination.accepts(outcome, settings))
      .map(({ destination }) => destination.id);

/** @throws SettingsError for a block under `integrations` that belongs to nothing. */
export function checkNames(settings: Settings): void {
  const known = new Set([...connectors, ...webhooks, ...destinations].map(({ id }) => id));
  for (const id of Object.keys(settings.integrations)) {
    if (!known.has(id)) throw new SettingsError(`integrations.${id}: one of ${[...known].sort().join(', ')}`);
  }
}
