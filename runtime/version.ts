import { readFileSync } from 'node:fs';

/** Version in `package.json`, which stands one folder up from the source and two from what is built. */
export function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (name === 'pickwell' && version !== undefined) return version;
    } catch {
      // looked for one folder up first; the next path is tried
    }
  }
  throw new Error('package.json was not found beside the program');
}
