import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './source-files.ts';

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface StartedProcess {
  child: ChildProcess;
  /** What it printed so far, both streams. */
  output(): string;
  /** Exit code, or the signal that ended it. */
  exit: Promise<number | string | null>;
}

/** Starts the program as its user does, with some environment on top of the usual. */
export function start(
  environment: Record<string, string>,
  args: readonly string[] = ['start'],
): StartedProcess {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'runtime/main.ts'), ...args], {
    cwd: environment.PICKWELL_DATA ?? ROOT,
    env: { PATH, NODE_COMPILE_CACHE, PICKWELL_LOG: 'info', ...environment },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exit = new Promise<number | string | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  );
  return { child, output: () => text, exit };
}

/** Waits until it answers on `/ready`; throws what it printed when it does not within `withinMs`, or ends. */
export async function untilReady(base: string, started: StartedProcess, withinMs = 20_000): Promise<void> {
  let ended = false;
  void started.exit.then(() => (ended = true));
  for (const until = performance.now() + withinMs; performance.now() < until && !ended;) {
    const ready = await fetch(`${base}/ready`).catch(() => undefined);
    if (ready?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${ended ? 'ended before it was' : 'never'} ready:\n${started.output()}`);
}
