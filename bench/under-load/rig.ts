import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreChoice } from '../../runtime/store/open-store.ts';
import type { Served } from './children.ts';
import { serve } from './children.ts';

export const KEY = 'pk_admin_for_the_bench_only';

/** A folder that is removed afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pickwell-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Several copies on one store, each with a folder of its own; all are stopped afterwards. */
export async function withCopies<T>(
  store: StoreChoice,
  count: number,
  work: (copies: Served[]) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const copies: Served[] = [];
    try {
      for (let i = 0; i < count; i++) {
        copies.push(await serve({ kind: 'copy', store, folder: join(folder, String(i)), key: KEY }));
      }
      return await work(copies);
    } finally {
      for (const copy of copies) await copy.stop();
    }
  });
}

/** Bare `node:http` that answers every request with the same bytes, as long as a decision. */
export async function withBare<T>(work: (servers: Served[]) => Promise<T>): Promise<T> {
  const server = await serve({ kind: 'bare', answer: JSON.stringify({ answer: 'x'.repeat(620) }) });
  try {
    return await work([server]);
  } finally {
    await server.stop();
  }
}
