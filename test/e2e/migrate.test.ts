import { describe, expect, it, onTestFinished } from 'vitest';
import { Clients, decide } from '../support/answers.ts';
import { folder } from '../support/folders.ts';
import { postgresServer } from '../support/postgres.ts';
import { freePort, start, untilReady } from '../support/process.ts';

const server = await postgresServer();
const ADMIN = 'pk_admin_for_the_migration_test';

describe.skipIf(server === undefined)('pickwell migrate', () => {
  it(
    'refuses while a Pickwell runs on the folder, then copies it; the same answers come from the database',
    { timeout: 90_000 },
    async () => {
      const [data, url, port] = [await folder(), await server!.database(), await freePort()];
      const base = `http://127.0.0.1:${port}`;
      const environment = {
        ...{ PICKWELL_DATA: data, PICKWELL_PORT: String(port) },
        ...{ PICKWELL_ADMIN_KEY: ADMIN, PICKWELL_LOG: 'error' },
      };
      const first = start(environment);
      onTestFinished(() => void first.child.kill('SIGKILL'));
      await untilReady(base, first);
      const clients = new Clients(base, ADMIN, 8);
      while (clients.told.length < 200) await new Promise((resolve) => setTimeout(resolve, 50));
      const migrate = ['migrate', '--from', data, '--to', url];
      const early = start(environment, migrate);
      expect(await early.exit).toBe(1);
      expect(early.output()).toContain('a Pickwell is running on this folder');
      expect(early.output()).not.toContain('    at ');
      await clients.stop();
      expect(clients.failures).toEqual([]);
      first.child.kill('SIGTERM');
      expect(await first.exit).toBe(0);

      const copy = start(environment, migrate);
      expect(await copy.exit).toBe(0);
      expect(copy.output()).toMatch(/^decisions +[\d,]+ +[\d,]+ +equal$/m);
      expect(copy.output()).toContain('The ledger verifies on the target');

      const second = start({ ...environment, DATABASE_URL: url });
      onTestFinished(() => void second.child.kill('SIGKILL'));
      await untilReady(base, second);
      for (const { user, body } of clients.told.slice(-200)) {
        expect(await decide(base, ADMIN, user)).toEqual({ status: 200, body });
      }
      expect((await decide(base, ADMIN, 'somebody-new')).status).toBe(200);
      second.child.kill('SIGTERM');
      expect(await second.exit).toBe(0);
    },
  );
});
