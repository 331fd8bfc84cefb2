import { describe, expect, it } from 'vitest';
import { Fault } from '../../../core/contracts/faults.ts';
import type { Store } from '../../../core/contracts/store.ts';
import type { WhenAway } from '../../../core/domain/away.ts';
import type { HoldoutKind } from '../../../core/domain/programme.ts';
import type { Drained } from '../../../runtime/engine/drainer.ts';
import { Drainer } from '../../../runtime/engine/drainer.ts';
import { Spool } from '../../../runtime/engine/spool.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { fragileRig } from '../../support/ladder-rig.ts';
import { programme, variant } from '../../support/programmes.ts';
import { LOCAL_STORES } from '../../support/stores.ts';

const of = (id: string, whenAway?: WhenAway, priority = 1) =>
  programme({ id, fallback: 'a', whenAway, arbitration: { priority }, variants: [variant('a')] });

/** Where the store is away: the programme that answers from the last model, or the fault that the next rung answers for. */
async function asked(rig: EngineRig, list: string | string[]): Promise<string> {
  const made = await rig
    .decide({ userId: 'u' }, { programme: list })
    .catch((fault: unknown) => fault as Fault);
  return made instanceof Fault ? made.kind : `${made.programme} on ${made.rung}`;
}

describe('a programme says where it goes on while the store is away', () => {
  it('and of several that wanted the send those that are not silent then compete', async () => {
    const transact = () => Promise.reject(new Fault('unavailable', 'no route'));
    const rig = await engineRig({
      store: { ...openMemoryStore(), transact },
      spool: new Spool(await folder()),
      programmes: [
        of('usual'),
        of('model', 'last-model'),
        of('default', 'fallback', 9),
        of('none', 'silence', 9),
      ],
    });
    expect(await asked(rig, 'usual')).toBe('usual on last-model');
    expect(await asked(rig, 'model')).toBe('model on last-model');
    expect(await asked(rig, 'default')).toBe('unavailable');
    expect(await asked(rig, 'none')).toBe('unavailable');
    expect(await asked(rig, ['none', 'default', 'model'])).toBe('model on last-model');
    expect(await asked(rig, ['none', 'default'])).toBe('unavailable');
  });
});

describe.each(LOCAL_STORES)('the holdout, while the store is away (known %s)', (_, open) => {
  const people = Array.from({ length: 40 }, (_, i) => ({ userId: `u${i}` }));
  const held = (kind: HoldoutKind, whenAway: WhenAway) => {
    return { ...of(`${kind} ${whenAway}`, whenAway), holdout: { kind, share: 0.5 } };
  };

  it.each(['last-model', 'fallback', 'fallback-uncapped'] as const)(
    'is not sent anything from the rungs of %s that it is not sent otherwise',
    async (whenAway) => {
      const own = held('no-contact', whenAway);
      const rig = await fragileRig({ store: await open(), programmes: [own] });
      const before = await Promise.all(people.map((person) => rig.ask(person)));
      rig.away(true);
      const after = await Promise.all(people.map((person) => rig.ask(person)));
      const said = ({ action, reason }: (typeof after)[number]) => (action === 'send' ? action : reason);
      expect(after.map(said)).toEqual(before.map(said));
      expect(new Set(after.map(said))).toEqual(new Set(['send', 'holdout']));
      expect(after.some(({ rung }) => rung === 'full')).toBe(false);
    },
  );

  it('is sent the default where that is what it gets, or may get, otherwise', async () => {
    for (const kind of ['business-as-usual', 'random'] as const) {
      const rig = await fragileRig({ store: await open(), programmes: [held(kind, 'fallback')] });
      rig.away(true);
      const after = await Promise.all(people.map((person) => rig.ask(person)));
      expect(after.map(({ variant: sent }) => sent)).toEqual(people.map(() => 'a'));
    }
  });
});

describe('a store that does not answer in time', () => {
  /** One that takes what it is given and says so only when it is told to. */
  function slow(): { store: Store; answer: () => void } {
    const store = openMemoryStore();
    const waiting: (() => void)[] = [];
    const transact: Store['transact'] = async (query, work) => {
      await store.transact(query, work);
      await new Promise<void>((resolve) => waiting.push(resolve));
    };
    return { store: { ...store, transact }, answer: () => waiting.splice(0).forEach((resolve) => resolve()) };
  }

  it('is waited for no longer than the full rung has, and what it recorded stands', async () => {
    const { store, answer } = slow();
    const spool = new Spool(await folder());
    const rig = await engineRig({ store, spool, programmes: [of('usual')] });
    const request = { programme: 'usual', person: { userId: 'u' }, send: 's', context: {} };
    const begun = performance.now();
    setTimeout(() => rig.clock.now++, 10);
    const made = await rig.engine.decide(request, 30);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(29);
    expect(made).toMatchObject({ rung: 'last-model', spooled: true });
    // asked again it is the same, and still nobody waits longer
    expect(await rig.engine.decide(request, 30)).toEqual(made);
    expect((await store.counts()).decisions).toBe(1);
    let superseded = 0;
    const observe = (drained: Drained): void => void (superseded += drained.superseded);
    const drainer = new Drainer({
      spool,
      engine: rig.engine,
      observe,
      failed: (error) => expect.unreachable(String(error)),
    });
    const ticking = setInterval(answer, 1);
    await drainer.step();
    clearInterval(ticking);
    expect([superseded, spool.size]).toEqual([1, 0]);
    expect((await store.counts()).decisions).toBe(1);
  });

  it('is waited for without a spool: nobody could answer in its place', async () => {
    const { store, answer } = slow();
    const rig = await engineRig({ store, programmes: [of('usual')] });
    const made = rig.engine.decide({ programme: 'usual', person: { userId: 'u' }, context: {} }, 1);
    setTimeout(answer, 30);
    expect((await made).rung).toBe('full');
  });
});
