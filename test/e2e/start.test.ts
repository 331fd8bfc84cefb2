import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSettings, SettingsError } from '../../runtime/settings.ts';
import { freePort, start, untilReady } from '../support/process.ts';
import { scratchFolder } from '../support/running.ts';

let scratch: ReturnType<typeof scratchFolder>;
beforeEach(() => {
  scratch = scratchFolder();
});
afterEach(() => scratch.remove());

async function settings(more: Record<string, string> = {}): Promise<Record<string, string>> {
  return {
    PICKWELL_DATA: scratch.folder,
    PICKWELL_PORT: String(await freePort()),
    PICKWELL_LOG: 'error',
    ...more,
  };
}

const baseOf = (environment: Record<string, string>): string =>
  `http://127.0.0.1:${environment.PICKWELL_PORT}`;

describe('a start', () => {
  test('prints keys, tag, feed, webhooks and manifest once; later starts print addresses only', async () => {
    const environment = await settings();
    const first = start(environment);
    await untilReady(baseOf(environment), first);
    const key = /^ {2}decide +(pk_decide_\S+)$/m.exec(first.output())?.[1];
    expect(key).toBeDefined();
    for (const scope of ['ingest', 'read', 'write', 'approve', 'admin']) {
      expect(first.output()).toMatch(new RegExp(`^ {2}${scope} +pk_${scope}_\\S+$`, 'm'));
    }
    expect(first.output()).toContain(
      `{% connected_content ${baseOf(environment)}/v1/braze/decide?programme=welcome`,
    );
    for (const path of [
      '/v1/iterable/feed',
      '/webhooks/sendgrid',
      '/webhooks/braze-currents',
      '/manifest.json',
    ]) {
      expect(first.output()).toContain(`${baseOf(environment)}${path}`);
    }
    const url = `${baseOf(environment)}/v1/decide?programme=welcome&user=you`;
    const answer = await fetch(url, { headers: { 'x-api-key': key! } });
    expect(answer.status).toBe(200);
    const begun = Date.now();
    first.child.kill('SIGTERM');
    expect(await first.exit).toBe(0);
    expect(Date.now() - begun).toBeLessThan(10_000);

    const second = start(environment);
    await untilReady(baseOf(environment), second);
    expect(second.output()).not.toContain('pk_');
    expect(second.output()).toContain(`${baseOf(environment)}/manifest.json`);
    const again = await fetch(url, { headers: { 'x-api-key': key! } });
    expect(await again.text()).toBe(await answer.text());
    second.child.kill('SIGTERM');
    expect(await second.exit).toBe(0);
  });

  test('requests under way when it is told to stop are answered', async () => {
    const environment = await settings({ PICKWELL_ADMIN_KEY: 'pk_admin_for_this_test' });
    const started = start(environment);
    await untilReady(baseOf(environment), started);
    const headers = { authorization: 'Bearer pk_admin_for_this_test' };
    const calls = Array.from({ length: 100 }, (_, i) =>
      fetch(`${baseOf(environment)}/v1/decide?programme=welcome&user=u${i}`, { headers }),
    );
    await calls[0];
    started.child.kill('SIGTERM');
    for (const call of calls) expect((await call).status).toBe(200);
    expect(await started.exit).toBe(0);
  });
});

describe('a setting that cannot be used stops it before it listens and says which', () => {
  test.each([
    [{ PICKWELL_PORT: 'abc' }, '', /PICKWELL_PORT: .*port number/],
    [{ REDIS_URL: 'http://:secret@here' }, '', /REDIS_URL: an address like redis:/],
    [{}, '{', /not valid JSON/],
    [{}, '{"integrations": {"brazee": {}}}', /integrations\.brazee: one of .*braze/],
    [{}, '{"integrations": {"braze": {"apiKey": "k"}}}', /integrations\.braze\.restEndpoint/],
  ])('%o and pickwell.json: %s', async (wrong, text, message) => {
    if (text !== '') writeFileSync(join(scratch.folder, 'pickwell.json'), text);
    const started = start(await settings(wrong));
    expect(await started.exit).toBe(1);
    expect(started.output()).toMatch(message);
    expect(started.output()).not.toMatch(/ {4}at |secret/);
  });

  /** What a start prints of it, as above. */
  function refusal(environment: Record<string, string>): string {
    try {
      readSettings(environment);
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
      throw error;
    }
    throw new Error('nothing was refused');
  }

  test.each([
    [{ PICKWELL_PORT: '70000' }, /PICKWELL_PORT: .*65535/],
    [{ PICKWELL_LOG: 'loud' }, /PICKWELL_LOG: .*"info"/],
    [{ PICKWELL_PUBLIC_URL: 'here' }, /PICKWELL_PUBLIC_URL: /],
    [{ PICKWELL_ADMIN_KEY: 'short' }, /PICKWELL_ADMIN_KEY: at least 16 characters/],
    [
      { REDIS_URL: 'redis://here', PICKWELL_COPIES: 'two' },
      /PICKWELL_COPIES: a whole number from 1 to 10000/,
    ],
    [{ PICKWELL_COPIES: '0' }, /PICKWELL_COPIES: /],
    [{ PICKWELL_CONFIG: '/nowhere/pickwell.json' }, /PICKWELL_CONFIG: no file/],
  ])('%o', async (wrong, message) => {
    const printed = refusal(await settings(wrong));
    expect(printed).toMatch(message);
    expect(printed).not.toMatch(/ {4}at |secret/);
  });

  test.each([
    ['{"prot": 1}', /prot/],
    ['{"redis": {"env": "NO_REDIS"}}', /NO_REDIS is not set/],
    ['{"redis": "localhost"}', /REDIS_URL: an address like redis:/],
    ['{"copies": 1.5}', /copies/],
    ['{"integrations": {"segment": {"writeKey": {"env": "NOT_SET"}}}}', /NOT_SET is not set/],
  ])('pickwell.json: %s', async (text, message) => {
    const file = join(scratch.folder, 'pickwell.json');
    writeFileSync(file, text);
    expect(refusal(await settings({ PICKWELL_CONFIG: file }))).toMatch(message);
  });
});

test('Redis that never answers delays no decision, no event and no stop', async () => {
  const admin = 'pk_admin_for_this_test';
  writeFileSync(
    join(scratch.folder, 'pickwell.json'),
    '{"redis": {"env": "SOMEWHERE"}, "integrations": {"segment": {"writeKey": "k"}}}',
  );
  const silent = createServer((socket) => socket.resume().on('error', () => undefined));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const environment = await settings({
    SOMEWHERE: `redis://127.0.0.1:${port}`,
    PICKWELL_ADMIN_KEY: admin,
    PICKWELL_LOG: 'warn',
  });
  const started = start(environment);
  await untilReady(baseOf(environment), started);
  const call = (path: string): Promise<Response> =>
    fetch(`${baseOf(environment)}${path}`, { headers: { 'x-api-key': admin } });
  await expect.poll(() => started.output(), { timeout: 5_000 }).toContain('Redis is lost');
  const answer = await call('/v1/decide?programme=welcome&user=you');
  expect(await answer.json()).toMatchObject({ decision_recorded: true });
  expect(await (await call('/metrics')).text()).toContain('pickwell_limiter_mode{mode="closed"} 1');
  started.child.kill('SIGTERM');
  expect(await started.exit).toBe(0);
  await new Promise((resolve) => silent.close(resolve));
});

test('keys are made, listed and revoked beside a running server', async () => {
  const environment = await settings();
  const server = start(environment);
  await untilReady(baseOf(environment), server);
  const run = async (...args: string[]): Promise<string> => {
    const command = start(environment, ['keys', ...args]);
    expect(await command.exit).toBe(0);
    return command.output();
  };
  const key = (await run('create', 'decide')).split('\n')[0]!;
  const status = async (): Promise<number> => {
    const url = `${baseOf(environment)}/v1/decide?programme=welcome&user=you`;
    return (await fetch(url, { headers: { 'x-api-key': key } })).status;
  };
  await expect.poll(status, { timeout: 5_000 }).toBe(200);
  const listed = (await run('list')).trim().split('\n');
  const id = listed
    .filter((line) => line.includes('decide'))
    .sort((a, b) => a.slice(22).localeCompare(b.slice(22)))
    .at(-1)!
    .slice(0, 12);
  await run('revoke', id);
  await expect.poll(status, { timeout: 5_000 }).toBe(401);
  server.child.kill('SIGTERM');
  expect(await server.exit).toBe(0);
});
