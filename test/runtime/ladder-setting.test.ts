import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSettings } from '../../runtime/settings.ts';
import { folder } from '../support/folders.ts';

async function settingsWith(ladder: object): Promise<ReturnType<typeof readSettings>> {
  const file = join(await folder(), 'pickwell.json');
  writeFileSync(file, JSON.stringify({ ladder }));
  return readSettings({ PICKWELL_CONFIG: file });
}

it('how old the closed list may become is set in milliseconds, and what is no such time is refused by name', async () => {
  expect((await settingsWith({ closedListMs: 60_000 })).ladder).toEqual({ closedListMs: 60_000 });
  for (const closedListMs of [0, 999, 604_800_001, '1h']) {
    await expect(settingsWith({ closedListMs })).rejects.toThrow(
      'ladder.closedListMs: milliseconds from 1000 to 604800000 (a week)',
    );
  }
});
