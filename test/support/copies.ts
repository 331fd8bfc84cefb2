import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { until } from './delivery.ts';
import type { CopyOrders, CopyReport } from './limited-copy.ts';
import { platformServer } from './platform-server.ts';
import type { Behaviour, PlatformServer } from './platform-server.ts';
import { ROOT } from './source-files.ts';

/** One process that sends under a limit shared with others. */
export interface Copy {
  report: CopyReport;
  kill(): void;
  /** Lets it say good-bye. */
  stop(): Promise<number | null>;
}

/** A platform and copies that send to it; all end with the test. */
export interface CopiesRig {
  platform: PlatformServer;
  start(orders: Partial<CopyOrders> & Pick<CopyOrders, 'name' | 'redis'>): Copy;
  /** Waits until all living copies keep limits this way. */
  untilMode(mode: string, withinMs?: number): Promise<void>;
}

/** When a slot that was taken and not given back comes free, in ms. */
export const EXPIRATION_MS = 6_000;
export const LIMIT = { requests: 60, windowMs: 1000, maxConcurrent: 4 };

export async function copiesRig(
  onFinished: TestContext['onTestFinished'],
  behave: Behaviour = () => ({ status: 200 }),
): Promise<CopiesRig> {
  const platform = await platformServer(behave);
  onFinished(() => platform.close());
  const living = new Set<Copy>();
  const account = `account-${process.pid}-${platform.url}`;
  return {
    platform,
    start(orders) {
      const all: CopyOrders = {
        ...LIMIT,
        expirationMs: EXPIRATION_MS,
        account,
        url: platform.url,
        ...orders,
      };
      const copy = startCopy(all, () => living.delete(copy));
      living.add(copy);
      onFinished(() => copy.kill());
      return copy;
    },
    untilMode: (mode, withinMs = 30_000) =>
      until(() => [...living].every(({ report }) => report.mode === mode), withinMs),
  };
}

function startCopy(orders: CopyOrders, ended: () => void): Copy {
  const child = fork(join(ROOT, 'test/support/limited-copy.ts'), [JSON.stringify(orders)]);
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  void exit.then(ended);
  const copy: Copy = {
    report: { mode: 'starting', copies: 0, served: 0, log: [] },
    kill: () => void child.kill('SIGKILL'),
    stop: () => {
      child.send('stop');
      return exit;
    },
  };
  child.on('message', (report: CopyReport) => (copy.report = report));
  return copy;
}
