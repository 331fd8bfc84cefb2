import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../runtime/settings.ts';
import { folder } from '../support/folders.ts';

const URL_WITH_SECRET = 'postgresql://pickwell:correct-horse@db.example:5432/pickwell';

async function written(settings: object): Promise<string> {
  const path = join(await folder(), 'pickwell.json');
  await writeFile(path, JSON.stringify(settings));
  return path;
}

const configured = (database: unknown): Promise<string> => written({ database });

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

test('how long batches wait for company is a number of milliseconds, and nothing else is said of them', async () => {
  const read = async (batch: unknown): Promise<unknown> =>
    readSettings({ PICKWELL_CONFIG: await written({ batch }) }).batch;
  expect(await read({ lingerMs: 0 })).toEqual({ lingerMs: 0 });
  await expect(read({ lingerMs: 500 })).rejects.toThrow('batch.lingerMs: milliseconds from 0 to 100');
  await expect(read({ lingerms: 5 })).rejects.toThrow(/^batch/);
});
