import { connectors } from '../../connectors/registry.ts';
import { destinations } from '../../destinations/registry.ts';
import { webhooks } from '../../webhooks/registry.ts';

const START = '<!-- integrations: written by npm run generate -->';
const END = '<!-- /integrations -->';

/** A Markdown table with its columns aligned. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function integrations(): string {
  const rows = [
    ...connectors.map(({ title, summary, routes }) => [
      title,
      'in',
      routes.map(({ path }) => `\`${path}\``).join(', '),
      summary,
    ]),
    ...webhooks.map(({ title, summary, path }) => [title, 'feedback', `\`${path}\``, summary]),
    ...destinations.map(({ id, title, summary }) => [title, 'out', `\`integrations.${id}\``, summary]),
  ];
  return table([['integration', 'direction', 'where', 'what it does'], ...rows]);
}

/** The README with its table as the registries say. @throws Error without the two marks around the table. */
export function withIntegrations(readme: string): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) throw new Error(`README.md needs ${START} and ${END} around the table`);
  return `${readme.slice(0, start + START.length)}\n${integrations()}\n${readme.slice(end)}`;
}
