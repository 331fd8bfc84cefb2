import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SLACK_MS } from '../checks/calls.ts';
import type { Copy } from '../copy.ts';
import type { Scenario } from './scenario.ts';

/** How soon after a burst everything is as before, in ms, and how many answers in a row show that. */
const BACK_MS = 2_000;
const IN_A_ROW = 10;

/** How long after now a copy answers from the full engine again, in ms. */
async function untilFull(copy: Copy): Promise<number> {
  const begun = performance.now();
  let back = 0;
  for (let [i, row] = [0, 0]; row < IN_A_ROW; i++) {
    const asked = performance.now() - begun;
    const path = `/v1/decide?programme=open&user=calm${i}&send=calm${i}`;
    const { rung } = await copy.json<{ rung: string }>(path);
    row = rung === 'full' ? row + 1 : 0;
    if (row === 1) back = asked;
  }
  return back;
}

/** A little more than load balancers keep a connection that nobody uses, in ms (AWS ALB, default, 2026-11). */
const BALANCER_MS = 61_000;

/** Asks on a connection of an agent; resolves with whether it was one that was there before. */
const onOld = (copy: Copy, agent: Agent): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const request = get(`${copy.base}/health`, { agent }, (response) =>
      response.resume().on('end', () => resolve(request.reusedSocket)),
    ).on('error', reject);
  });

/** What many callers do, and idle ones. */
export const load: readonly Scenario[] = [
  {
    id: 'L4',
    title: 'ten times as many callers for 5 s: all are answered, and it is as before within 2 s',
    // callers and copies share the machine: where others have it as well, this tells of the machine
    wholeOnly: true,
    async run(stage) {
      await stage.disturb('load', () => stage.traffic.burst(10, 5_000));
      const ms = await untilFull(stage.copies[0]!);
      if (ms > BACK_MS + SLACK_MS) throw new Error(`answered in full ${Math.round(ms)} ms after the burst`);
    },
  },
  {
    id: 'L6',
    title: 'a connection is used again after as long as balancers keep one',
    wholeOnly: true,
    async run(stage) {
      const [copy, agent] = [stage.copies[0]!, new Agent({ keepAlive: true, timeout: 2 * BALANCER_MS })];
      await onOld(copy, agent);
      await sleep(BALANCER_MS);
      if (!(await onOld(copy, agent))) throw new Error('the connection was closed');
      agent.destroy();
    },
  },
];
