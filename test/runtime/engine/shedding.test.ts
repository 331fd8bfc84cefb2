import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { MINUTE, NOON, programme } from '../../support/programmes.ts';
import { allStores } from '../../support/stores.ts';

interface Busy extends EngineRig {
  /** How many decisions were dropped. */
  shed: () => number;
  /** Until it is called batches do not end. */
  release: () => void;
  /** Asks for a send of somebody who waits for so long. */
  ask: (user: string, send: string, patienceMs: number) => Promise<Decision>;
}

/** An engine on a store that is held up, and somebody in front of it whose batch is under way. */
async function busy(store: Store): Promise<Busy> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const transact: Store['transact'] = (...batch) => held.then(() => store.transact(...batch));
  const capped = programme({ guardrails: { caps: [{ per: 'person', count: 1, hours: 24 }] } });
  let shed = 0;
  const count = (decisions: number): void => void (shed += decisions);
  const rig = await engineRig({
    store: { ...store, transact, concurrent: 1 },
    programmes: [capped],
    shed: count,
  });
  const ask: Busy['ask'] = (userId, send, patienceMs) =>
    rig.engine.decide(
      { programme: 'welcome', person: { userId }, send, context: {} },
      patienceMs,
      patienceMs,
    );
  void ask('first', 'first', MINUTE);
  await new Promise((resolve) => setImmediate(resolve));
  return { ...rig, shed: () => shed, release, ask };
}

/** How a decision that was asked for ended. */
const outcome = (decision: Promise<Decision>): Promise<string> =>
  decision.then(
    ({ action }) => action,
    (fault: { kind: string }) => fault.kind,
  );

describe.each(await allStores())('L4: more is asked than can be decided in time, %s', (_, open) => {
  it('what comes too late is not made, takes nothing, and is made when it is asked for again', async () => {
    const { ask, clock, release, shed, store } = await busy(await open());
    const late = Array.from({ length: 30 }, (_, i) => outcome(ask(`u${i}`, 'lost', 1_000)));
    const patient = outcome(ask('v', 'kept', 5_000));
    clock.stopwatch += 2_000;
    release();
    expect(new Set(await Promise.all(late))).toEqual(new Set(['unavailable']));
    expect(await patient).toBe('send');
    expect(shed()).toBe(30);
    expect((await store.counts()).decisions).toBe(2);
    // the one place of the cap is free, and the same send is no repetition
    expect(await outcome(ask('u0', 'next', 1_000))).toBe('send');
    expect(await outcome(ask('u1', 'lost', 1_000))).toBe('send');
  });

  it('events wait for as long as it takes', async () => {
    const { clock, engine, release, shed, store } = await busy(await open());
    const event = {
      type: 'identify' as const,
      source: 's',
      id: '1',
      at: NOON,
      person: { userId: 'u' },
      traits: {},
    };
    const taken = engine.ingest([event]);
    clock.stopwatch += 3_600_000;
    release();
    expect(await taken).toEqual([true]);
    expect([shed(), (await store.counts()).events]).toEqual([0, 1]);
  });

  it('one slow batch does not keep everybody out', async () => {
    const { ask, clock, release } = await busy(await open());
    clock.stopwatch += MINUTE / 2;
    release();
    expect(await outcome(ask('u', 's', 1_000))).toBe('send');
  });
});

describe('a batch that does not end', () => {
  it('lets those behind it go while others still come', async () => {
    const { ask, clock, shed } = await busy(openMemoryStore());
    const late = Array.from({ length: 255 }, (_, i) => outcome(ask(`u${i}`, 's', 1_000)));
    clock.stopwatch += 2_000;
    void ask('one more', 's', 1_000).catch(() => undefined);
    expect(new Set(await Promise.all(late))).toEqual(new Set(['unavailable']));
    expect(shed()).toBe(255);
  });
});
