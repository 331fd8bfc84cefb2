import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import type { Role, Usage } from './server.ts';

/** A server in a process of its own. */
export interface Served {
  port: number;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

/** The next thing a child says. Rejects when it ends instead. */
export function said<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a child ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
}

export async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

/** How Node is started with the program (package.json, Dockerfile). */
const AS_STARTED = ['--max-semi-space-size=8'];

export async function serve(role: Role): Promise<Served> {
  const execArgv = role.kind === 'copy' ? AS_STARTED : [];
  const child = fork(new URL('server.ts', import.meta.url), [JSON.stringify(role)], { execArgv });
  try {
    const port = await said<number>(child);
    const usage = (): Promise<Usage> => {
      const answer = said<Usage>(child);
      child.send('usage');
      return answer;
    };
    return { port, usage, stop: () => stopped(child) };
  } catch (error) {
    await stopped(child);
    throw error;
  }
}
