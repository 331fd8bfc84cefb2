import { readFileSync, writeFileSync } from 'node:fs';
import { manifestText } from '../manifest.ts';
import { packageVersion } from '../version.ts';
import { withIntegrations } from './readme.ts';

/** Writes what follows from the registries: `manifest.json` and the table of integrations in the README. */
const root = new URL('../../', import.meta.url);
writeFileSync(new URL('manifest.json', root), manifestText(packageVersion()));
const readme = new URL('README.md', root);
writeFileSync(readme, withIntegrations(readFileSync(readme, 'utf8')));
process.stdout.write('Wrote manifest.json and the table of integrations in README.md\n');
