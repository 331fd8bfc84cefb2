import { connectors } from '../connectors/registry.ts';
import { webhooks } from '../webhooks/registry.ts';
import type { FreshKey } from './first-start.ts';

const heading = (text: string): string => `\n${text}\n${'-'.repeat(text.length)}\n`;

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join('');
}

const indented = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');

function addresses(base: string): string {
  const ingest = connectors.flatMap(({ title, routes }) =>
    routes.filter(({ kind }) => kind === 'ingest').map(({ path }) => [title, `${base}${path}`] as const),
  );
  const rows = [
    ['Decisions', `${base}/v1/decide`],
    ...ingest,
    ...webhooks.map(({ title, path }) => [title, `${base}${path}`] as const),
    ['Manifest', `${base}/manifest.json`],
    ['API', `${base}/openapi.json`],
  ] as const;
  return heading('Addresses') + table(rows);
}

/** What a start prints: addresses always, and once, on the first one, the keys and what to paste. */
export function banner(base: string, programme: string, keys: readonly FreshKey[]): string {
  if (keys.length === 0) return `Pickwell serves on ${base}\n${addresses(base)}`;
  const decideKey = keys.find(({ scope }) => scope === 'decide')?.key ?? '';
  const snippets = connectors.flatMap(({ title, snippets: own }) =>
    (own ?? []).map((snippet) => {
      const name = snippet.title.startsWith(title) ? snippet.title : `${title}: ${snippet.title}`;
      return heading(name) + indented(snippet.text(programme, base, decideKey));
    }),
  );
  return [
    `Pickwell serves on ${base}\n`,
    heading('Keys (shown this once; only their hashes are kept)'),
    table(keys.map(({ scope, key }) => [scope, key] as const)),
    ...snippets,
    addresses(base),
    heading('Next'),
    `  Ask for a decision of the sample programme "${programme}":\n`,
    `  curl -H 'X-Api-Key: ${decideKey}' '${base}/v1/decide?programme=${programme}&user=you'\n`,
  ].join('');
}
