import { z } from 'zod';
import type { IntegrationHead } from '../core/contracts/settings.ts';
import { connectors } from '../connectors/registry.ts';
import { destinations } from '../destinations/registry.ts';
import { webhooks } from '../webhooks/registry.ts';

/** What is written by hand: who we are, what is kept. The rest follows from the registries. */
const HEAD = {
  manifestVersion: 1,
  id: 'pickwell',
  name: 'Pickwell',
  summary: 'AI decisioning inside the ESP and CDP you already run.',
  publisher: { name: 'The Pickwell authors', licence: 'Apache-2.0' },
  categories: ['personalization', 'decisioning', 'experimentation', 'email'],
  auth: {
    scheme: 'api-key',
    accepts: ['Authorization: Bearer <key>', 'X-Api-Key: <key>', 'HTTP Basic, key as user name'],
    scopes: {
      decide: 'Ask for decisions',
      ingest: 'Report events',
      read: 'Read programmes, reports, decisions and persons',
      write: 'Change programmes, send dead letters again',
      approve: 'Approve or reject content',
      admin: 'Everything, erasing a person included',
    },
  },
  data: [
    {
      what: 'ids of persons',
      form: 'as the platform gives them; e-mail addresses as SHA-256',
      kept: 'until erased',
    },
    { what: 'traits and consent', form: 'as the platform sends them', kept: 'until erased' },
    { what: 'decisions and signals', form: 'by opaque person id', kept: 'until erased' },
    { what: 'ledger', form: 'hashes and opaque ids', kept: 'always, so that the record can be verified' },
  ],
};

/** JSON schema of an integration's settings, as an installer shows a form for. */
function settingsOf({ settings, secrets }: IntegrationHead<unknown>): object {
  const schema = z.toJSONSchema(settings as unknown as z.ZodType, { io: 'input', unrepresentable: 'any' });
  return { ...schema, secrets };
}

const headOf = (integration: IntegrationHead<unknown>): object => {
  const { id, title, summary, docs } = integration;
  return { id, title, summary, docs, settings: settingsOf(integration) };
};

/** Limits with the least of what can be configured filled in, for people to read. */
function limitsOf(destination: (typeof destinations)[number]): object {
  const example = destination.settings.parse(EXAMPLES[destination.id] ?? {});
  return destination.limits(example);
}

/** The least that makes each destination's settings complete: their limits depend on what is optional only. */
const EXAMPLES: Record<string, object> = {
  braze: { apiKey: 'example', restEndpoint: 'https://rest.example.braze.com' },
  segment: { writeKey: 'example' },
};

/** The marketplace manifest. `version` is the package's. */
export function buildManifest(version: string): object {
  return {
    ...HEAD,
    version,
    connectors: connectors.map((connector) => ({
      ...headOf(connector),
      routes: connector.routes.map(({ kind, path, methods, summary }) => ({
        kind,
        path,
        methods,
        summary,
        scope: kind === 'decide' ? 'decide' : 'ingest',
      })),
      snippets: (connector.snippets ?? []).map((snippet) => ({
        title: snippet.title,
        text: snippet.text('{programme}', '{publicUrl}', '{decideKey}'),
      })),
    })),
    webhooks: webhooks.map((webhook) => ({ ...headOf(webhook), path: webhook.path, auth: webhook.auth })),
    destinations: destinations.map((destination) => ({
      ...headOf(destination),
      limits: limitsOf(destination),
    })),
  };
}

export const manifestText = (version: string): string =>
  `${JSON.stringify(buildManifest(version), null, 2)}\n`;
