import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';

/** Room for the write-ahead log (32 MB), whatever is recorded in five rounds, and a filler. */
const DISK_MB = 128;

/** A disk of our own, small enough to be filled; undefined where this user may not have one. */
export function smallDisk(folder: string): { remove(): void } | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { remove: () => void execFileSync('umount', [folder]) };
}

/** Fills what is left, down to the last block. */
function fill(folder: string): void {
  const path = join(folder, 'filler');
  for (const size of [1 << 20, 1 << 12, 1]) {
    const block = Buffer.alloc(size);
    try {
      for (;;) writeFileSync(path, block, { flag: 'a' });
    } catch {
      // full for blocks of this size
    }
  }
}

/** What is done to the disk under a single process. */
export const fullDisk: readonly Scenario[] = [
  {
    id: 'D5',
    title: 'the disk is full, then it is not',
    async run(stage, { smoke }) {
      for (let i = 0; i < (smoke ? 1 : 5); i++) {
        await sleep(2_000);
        await stage.disturb('disk', async () => {
          fill(stage.folder);
          await sleep(5_000);
          rmSync(join(stage.folder, 'filler'));
        });
        await sleep(2_000);
      }
      const degraded = stage.history.asked
        .flatMap(({ answers }) => answers)
        .filter((text) => (JSON.parse(text) as { rung: string }).rung !== 'full').length;
      if (degraded === 0) throw new Error('the disk was never full: every answer was of the full rung');
    },
  },
];
