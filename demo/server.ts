import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const START_MS = 20_000;
/** The server gives itself 10 s to stop. */
const STOP_MS = 12_000;
const LAST_LINES = 3;

/** Settings of the person who runs the demo must not reach the demo's server. */
function environment(own: Record<string, string>): NodeJS.ProcessEnv {
  const foreign = /^(PICKWELL_|DATABASE_URL$|REDIS_URL$)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), ...own };
}

/** `npm start` in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess;
  /** What the first start printed. */
  banner = '';
  /** Everything it has said since, the newest last. */
  readonly log: string[] = [];

  constructor(settings: Record<string, string>) {
    this.#child = spawn(process.execPath, [join('runtime', 'main.ts'), 'start'], {
      cwd: ROOT,
      env: environment({ PICKWELL_PORT: '0', PICKWELL_LOG: 'error', ...settings }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // a child that cannot be started ends no other way
    this.#child.once('error', (error) => this.log.push(error.message));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.log.push(chunk.toString()));
  }

  /** Resolves once it serves, with the address it printed. */
  async ready(): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`the server did not start in ${START_MS} ms`)),
        START_MS,
      );
      this.#child.once('error', reject).once('exit', (code) => {
        clearTimeout(late);
        reject(new Error(`the server ended with ${code}: ${this.log.join('')}`));
      });
      this.#child.stdout?.on('data', (chunk: Buffer) => {
        if (this.banner.includes('\n  curl ')) {
          this.log.push(chunk.toString());
          return;
        }
        this.banner += chunk.toString();
        const base = /^Pickwell serves on (\S+)\n[^]*\n {2}curl .*\n/.exec(this.banner)?.[1];
        if (base === undefined) return;
        clearTimeout(late);
        resolve(base);
      });
    });
  }

  /** The key with one scope, as the first start printed it. */
  key(scope: string): string {
    const key = new RegExp(`^  ${scope} +(\\S+)$`, 'm').exec(this.banner)?.[1];
    if (key === undefined) throw new Error(`the server printed no key with the scope ${scope}`);
    return key;
  }

  /** The newest lines of its log. */
  lastWords(): string {
    return this.log.join('').trim().split('\n').slice(-LAST_LINES).join('\n');
  }

  async stop(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }

  /** At once: for a process that is ending itself. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
