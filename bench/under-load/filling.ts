import { fork } from 'node:child_process';
import { said, stopped } from './children.ts';
import type { Fill, Filled } from './fill.ts';

/** Fills a store in a process that is gone afterwards, with all its memory. */
export async function filled(fill: Fill): Promise<Filled> {
  const child = fork(new URL('fill.ts', import.meta.url), [JSON.stringify(fill)]);
  try {
    return await said<Filled>(child);
  } finally {
    await stopped(child);
  }
}
