import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../runtime/settings.ts';
import { folder } from '../support/folders.ts';

const URL_WITH_SECRET = 'postgresql://pickwell:correct-horse@db.example:5432/pickwell';

async function configured(database: unknown): Promise<string> {
  const path = join(await folder(), 'pickwell.json');
  await writeFile(path, JSON.stringify({ database }));
  return path;
}

test('without a database everything is in the data folder', () => {
  expect(readSettings({}).database).toBeUndefined();
});

test('the database is named by the environment, or by the file, which may name a variable', async () => {
  expect(readSettings({ DATABASE_URL: URL_WITH_SECRET }).database).toBe(URL_WITH_SECRET);
  const path = await configured({ env: 'MY_DATABASE' });
  expect(readSettings({ PICKWELL_CONFIG: path, MY_DATABASE: URL_WITH_SECRET }).database).toBe(
    URL_WITH_SECRET,
  );
  expect(() => readSettings({ PICKWELL_CONFIG: path })).toThrow(/^database: .*MY_DATABASE is not set/);
});

test.each(['mysql://root:correct-horse@db/x', 'correct-horse', '', 'postgresql://[correct-horse'])(
  'what is no URL of PostgreSQL is refused by name, and not said: %j',
  (value) => {
    const refused = (): unknown => readSettings({ DATABASE_URL: value });
    expect(refused).toThrow(SettingsError);
    expect(refused).toThrow(/^DATABASE_URL: a URL such as postgresql:/);
    expect(refused).not.toThrow(/correct-horse/);
  },
);
