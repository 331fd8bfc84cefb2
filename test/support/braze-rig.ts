import { onTestFinished } from 'vitest';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Destination } from '../../core/contracts/destination.ts';
import { braze } from '../../destinations/braze/index.ts';
import type { BrazeSettings } from '../../destinations/braze/schema.ts';
import { rig } from './delivery.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import { platformServer } from './platform-server.ts';
import type { Arrival, Behaviour } from './platform-server.ts';

/** What the documentation of `/users/track` shows for a success. */
export const SUCCESS = { status: 201, body: '{"message":"success"}' };

export interface BrazeRigOptions {
  /** Settings beside the key and the endpoint. */
  extra?: Record<string, unknown>;
  clock?: Clock;
  timeoutMs?: number;
  destination?: Destination<BrazeSettings>;
  /** Of the test's own context where tests run at once: the global one may belong to another of them. */
  onFinished?: typeof onTestFinished;
}

/** Ids of the outcomes in one request to `/users/track`. */
export function idsOf({ body }: Arrival): string[] {
  const { events } = JSON.parse(body) as { events: { properties: { outcome_id: string } }[] };
  return events.map(({ properties }) => properties.outcome_id);
}

/** A Braze on 127.0.0.1, an outbox and a deliverer between them, all gone when the test is over. */
export async function brazeRig(
  behave: Behaviour,
  { extra, destination = braze, onFinished = onTestFinished, ...options }: BrazeRigOptions = {},
) {
  const platform = await platformServer(behave);
  const outbox = new MemoryOutbox();
  const settings = braze.settings.parse({ apiKey: 'k', restEndpoint: platform.url, ...extra });
  const made = rig(destination, settings, outbox, options);
  onFinished(async () => {
    await made.deliverer.stop(1000);
    await made.limiter.close();
    await platform.close();
  });
  return { platform, outbox, settings, seen: () => platform.arrivals.flatMap(idsOf), ...made };
}
