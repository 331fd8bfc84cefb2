import type { Store } from '../../../core/contracts/store.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { pick } from '../chance.ts';
import type { EngineRig } from '../engine-rig.ts';
import { engineRig } from '../engine-rig.ts';
import { CopiesWorld } from './copies-world.ts';
import type { Fault } from './faults.ts';
import { planned, STARTS } from './planned.ts';
import type { Proof } from './proof.ts';

/**
 * Programmes that hold all others to their caps of a person, so that it does not matter which of two was asked first. Who is in a holdout is held to
 * another frequency, which `times` looks at.
 */
function alike(programmes: readonly Programme[]): Programme[] {
  const caps = programmes.flatMap(({ guardrails }) => guardrails.caps ?? []);
  const ofAll = caps.filter(({ per, signal }) => per === 'person' && signal === undefined);
  return programmes.map((own) => {
    const others = (own.guardrails.caps ?? []).filter((cap) => !ofAll.includes(cap));
    return { ...own, holdout: undefined, guardrails: { ...own.guardrails, caps: [...ofAll, ...others] } };
  });
}

/**
 * 64 callers at once of as many copies of the program as there are stores, which are all of one database, about the same few people: no
 * limit is broken and no place is wasted, in whichever order the copies decide. `fault` is built into each copy.
 */
export async function proveCopies(
  stores: readonly Store[],
  decisions: number,
  seed: string,
  fault: Fault = {},
): Promise<Proof> {
  const rng = rngFromText(`copies ${seed}`);
  const start = pick(rng, STARTS);
  const programmes = alike(planned(start));
  const { store: through = (own) => own } = fault;
  const rigs: EngineRig[] = [];
  for (const [i, store] of stores.entries())
    rigs.push(await engineRig({ store: through(store), programmes, minted: i * 1_000_000 }));
  for (const { clock } of rigs) clock.now = start;
  const world = new CopiesWorld(rigs, programmes, rng);
  while (world.counts.decisions! < decisions) await world.round();
  return { counts: world.counts, wrong: world.wrong };
}

/** A copy knows of no message but those it made itself. */
export function onlyItsOwn(): Fault {
  return {
    store: (own) => {
      const made = new Set<string>();
      const transact: Store['transact'] = (query, work) =>
        own.transact(query, (facts) => {
          const contacts = facts.contacts.filter(
            ({ decision, programme }) => programme === '' || made.has(decision),
          );
          const writes = work({ ...facts, contacts });
          for (const { decision } of writes.decisions) made.add(decision.id);
          return writes;
        });
      return { ...own, transact };
    },
  };
}
