import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import type { WarmStart } from '../../../runtime/warm-start/command.ts';
import { warmStart } from '../../../runtime/warm-start/command.ts';
import type { Running } from '../../support/running.ts';
import { run, scratchFolder } from '../../support/running.ts';

const scratch = scratchFolder();
const NAMES = SAMPLE.variants.map(({ id }) => id);
const BEST = NAMES.at(-1)!;
let running: Running;
beforeAll(async () => {
  running = await run();
});
afterAll(async () => {
  await running.stop();
  scratch.remove();
});

function logFile(name: string, lines: readonly string[]): string {
  const path = join(scratch.folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Sends of every option alike; the last does best by far. */
const sends = (count: number): string[] => {
  const rng = rngFromNumber(8);
  return Array.from({ length: count }, (_, i) => {
    const sent = NAMES[i % NAMES.length]!;
    const reward = Number(rng.uniform() < (sent === BEST ? 0.2 : 0.05));
    return JSON.stringify({ sent, reward, propensity: 1 / NAMES.length });
  });
};

async function warm(file: string, changes: Partial<WarmStart> = {}): Promise<string> {
  const { base: url } = running;
  const options = { url, key: running.key('admin'), action: 'sent', reward: 'reward', ...changes };
  let printed = '';
  const print = (text: string): void => void (printed += text);
  const asked = { propensity: 'propensity', context: 'context', ...options };
  await warmStart(SAMPLE.id, file, { options: asked, now: Date.now(), print }).catch((error: Error) => {
    printed += `failed: ${error.message}`;
  });
  return printed;
}

interface Report {
  programmeVersion: number;
  prior?: { related: number; sources: { source: string }[] };
  options: {
    option: string;
    propensity: number;
    estimate: number;
    prior?: { mean: number; trials: number };
  }[];
}
const report = async (): Promise<Report> =>
  (await (await running.call('read', `/v1/programmes/${SAMPLE.id}/report`)).json()) as Report;

describe('pickwell warm-start', () => {
  test('says what it may conclude, and changes nothing when it is asked not to', async () => {
    const printed = await warm(logFile('log.ndjson', sends(4_000)), { dryRun: true });
    expect(printed).toMatch(/4,000 sends/);
    expect(printed).toMatch(
      new RegExp(`${BEST}\\s+[\\d,]+\\s+[\\d,]+\\s+0\\.\\d+\\s+what it earns on average`),
    );
    expect(printed).toMatch(/does not say what suits whom/);
    expect(printed).toMatch(/Nothing was changed/);
    expect((await report()).prior).toBeUndefined();
  });

  test('leaves lines out that cannot be used, each with its number and its field', async () => {
    const [good] = sends(1);
    const file = logFile('bad.ndjson', [
      good!,
      '{"sent": "nobody", "reward": 1}',
      JSON.stringify({ sent: BEST, reward: 'much' }),
      JSON.stringify({ sent: BEST, reward: 0, propensity: 0 }),
      'no json',
      ...sends(3_000),
    ]);
    const printed = await warm(file, { dryRun: true });
    expect(printed).toMatch(/3,001 sends/);
    expect(printed).toMatch(/4 lines are left out/);
    expect(printed).toMatch(/line 2: sent: expected one of /);
    expect(printed).toMatch(/line 3: reward: expected a number from /);
    expect(printed).toMatch(/line 4: propensity: expected a probability above 0/);
    expect(printed).toMatch(/line 5: expected a JSON object/);
  });

  test('reads a table as it reads lines of JSON', async () => {
    const rows = sends(4_000).map((line) => {
      const { sent, reward, propensity } = JSON.parse(line) as Record<string, string | number>;
      return `"${sent}",${reward},${propensity},"a note, with a comma"`;
    });
    const [json, table] = [logFile('same.ndjson', sends(4_000)), ['sent,reward,propensity,note', ...rows]];
    const printed = await warm(logFile('same.csv', table), { dryRun: true });
    expect(printed).toBe(await warm(json, { dryRun: true }));
    const bad = ['much', `"${BEST}",much,,`, `"${BEST}",1`, `nobody,1,,`, `"${BEST}",1,2,`, `"${BEST}",1,,`];
    const partly = await warm(logFile('bad.csv', [...table, ...bad]), { dryRun: true });
    expect(partly).toMatch(/4,001 sends/);
    expect(partly).toMatch(/5 lines are left out/);
    expect(partly).toMatch(/line 4002: .*columns length is 4, got 1\n/);
    expect(partly).toMatch(/line 4003: reward: expected a number from /);
    expect(partly).toMatch(/line 4005: sent: expected one of /);
    expect(partly).toMatch(/line 4006: propensity: expected a probability above 0/);
    expect(await warm(logFile('other.csv', ['send,reward', 'a,1']))).toMatch(
      /^failed: .*other\.csv: expected a column sent, among send, reward/,
    );
  });

  test('refuses a log that says nothing of which option is better', async () => {
    const only = sends(3_000).filter((line) => line.includes(`"${BEST}"`));
    const printed = await warm(logFile('one.ndjson', only));
    expect(printed).toMatch(/it was never sent/);
    expect(printed).toMatch(/Refused: at least two options/);
    expect(printed).toMatch(/failed: Nothing was changed/);
    expect((await report()).prior).toBeUndefined();
  });

  test('lets the programme begin with it, and the report say so', async () => {
    const { programmeVersion, options: before } = await report();
    const printed = await warm(logFile('log.ndjson', sends(4_000)));
    expect(printed).toMatch(new RegExp(`from version ${programmeVersion + 1} on`));
    await expect.poll(async () => (await report()).prior?.sources[0]?.source).toBe('log.ndjson');
    const { prior, options } = await report();
    expect(prior!.related).toBeCloseTo(0.5, 6);
    const [was, is] = [before, options].map((all) => all.find(({ option }) => option === BEST)!);
    expect(is!.prior!.trials).toBeGreaterThan(10);
    expect(is!.propensity).toBeGreaterThan(was!.propensity + 0.05);
    expect(is!.estimate).toBeGreaterThan(was!.estimate);
  });

  test('names what cannot be reached', async () => {
    const file = logFile('log.ndjson', sends(10));
    expect(await warm(file, { key: undefined })).toMatch(/^failed: --key: /);
    expect(await warm(file, { url: 'http://127.0.0.1:1' })).toMatch(/^failed: --url: nothing answers at /);
    expect(await warm(join(scratch.folder, 'none.ndjson'))).toMatch(/none\.ndjson: no such file/);
  });
});
