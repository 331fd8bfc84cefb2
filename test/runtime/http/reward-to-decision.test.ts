import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';

let running: Running;
beforeAll(async () => {
  running = await run();
});
afterAll(() => running.stop());

interface Answer {
  variant?: string;
  trace: { modelVersion: number; eligible: { option: string; propensity: number; score: number }[] };
}

const asked = async (query: string): Promise<Answer> =>
  (await (await running.call('admin', `/v1/decide?programme=welcome&trace=1&${query}`)).json()) as Answer;
const nextDecision = (): Promise<Answer> => asked('user=nobody&preview=1');

test(
  'an order counts for the decisions after it without anybody doing anything',
  { timeout: 90_000 },
  async () => {
    const people = Array.from({ length: 60 }, (_, i) => `u${i}`);
    const sent = await Promise.all(
      people.map(async (user) => [user, (await asked(`user=${user}&send=s`)).variant]),
    );
    const variant = sent.find(([, own]) => own !== undefined)![1]!;
    const buyers = sent.flatMap(([user, own]) => (own === variant ? [user!] : []));
    await running.folder.catchUp();
    const before = await nextDecision();
    const order = (user: string) => ({
      type: 'signal',
      id: `o ${user}`,
      person: { userId: user },
      name: 'Order Completed',
    });
    const body = JSON.stringify({ events: buyers.map(order) });
    expect(await (await running.call('ingest', '/v1/events', { method: 'POST', body })).json()).toMatchObject(
      {
        accepted: buyers.length,
      },
    );
    const scoreOf = ({ trace }: Answer): number =>
      trace.eligible.find(({ option }) => option === variant)!.score;
    // how soon is measured (bench/reward.ts); here, that it comes
    await expect
      .poll(async () => scoreOf(await nextDecision()), { timeout: 60_000 })
      .toBeGreaterThan(scoreOf(before));
    const after = await nextDecision();
    expect(after.trace.modelVersion).toBeGreaterThan(before.trace.modelVersion);
    const propensityOf = ({ trace }: Answer): number =>
      trace.eligible.find(({ option }) => option === variant)!.propensity;
    expect(propensityOf(after)).toBeGreaterThan(propensityOf(before));
  },
);
