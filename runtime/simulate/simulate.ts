import type { Programme } from '../../core/domain/programme.ts';
import { DAY_MS } from '../../core/domain/programme.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import type { LocalRoom } from '../engine/room.ts';
import { openRoom } from '../engine/room.ts';
import { openMemoryStore } from '../store/memory-store.ts';
import type { Plan } from './world.ts';
import { World } from './world.ts';

export interface Simulation extends Plan {
  audience: number;
  waves: number;
  seed: number;
}

export interface Wave {
  /** People asked about in all waves so far. */
  people: number;
  /** Share of those whom the policy decided for that got the best option for them. */
  share: number;
}

export interface Simulated {
  truth: string[];
  signal: string;
  waves: Wave[];
  /** Expected number of people who did what the goal counts, and had every option been drawn evenly instead. */
  expected: number;
  even: number;
  /** People the policy decided for; the others are the holdout. */
  decided: number;
}

/** Decisions under way at once. */
const TOGETHER = 500;
const START = Date.parse('2026-01-05T09:00:00Z');

/** A programme as it is decided when nothing keeps it from being sent. */
function unguarded(programme: Programme): Programme {
  const { id, name, goal, silence, policy, context, crosses, holdout, arbitration, sendBucketHours } =
    programme;
  const variants = programme.variants.map((variant) => {
    const { contentHash } = variant;
    const approval = { status: 'approved' as const, contentHash, at: START, by: 'simulation' };
    return { ...variant, eligible: undefined, startsAt: undefined, endsAt: undefined, approval };
  });
  const kept = { id, name, goal, silence, policy, context, crosses, holdout, arbitration, sendBucketHours };
  return { ...kept, variants, version: 0, status: 'live', guardrails: {} };
}

const nobody = (): void => undefined;
const OBSERVER = {
  ...{ batch: nobody, funnel: nobody, folded: nobody, changed: nobody, delivered: nobody, spooled: nobody },
  ...{ warned: nobody, foldFailed: nobody, modelRefused: nobody, drainFailed: nobody },
  ...{ closed: nobody, shed: nobody },
};

/** A day's send to everybody in a wave, and what they did about it until the next day. */
class Campaign {
  readonly #room: LocalRoom;
  readonly #programme: string;
  readonly world: World;
  people = 0;
  decided = 0;
  expected = 0;

  constructor(room: LocalRoom, programme: string, world: World) {
    this.#room = room;
    this.#programme = programme;
    this.world = world;
  }

  async wave(size: number, at: number, progress: (people: number) => void): Promise<Wave> {
    let [best, decided] = [0, 0];
    for (let left = size; left > 0; left -= TOGETHER) {
      const some = Array.from({ length: Math.min(left, TOGETHER) }, () => {
        return { somebody: this.world.next(), userId: `person ${++this.people}` };
      });
      const decisions = await Promise.all(
        some.map(({ somebody: { context }, userId }) =>
          this.#room.engine.decide({ programme: this.#programme, person: { userId }, send: 'one', context }),
        ),
      );
      const events = some.flatMap(({ somebody, userId }, i) => {
        const { option, id, reason } = decisions[i]!;
        if (reason === 'policy') {
          decided++;
          best += Number(option === somebody.best);
          this.expected += this.world.rate(somebody, option);
        }
        return this.world.happens(somebody, { option, id, userId, at: at + DAY_MS / 2 }) ?? [];
      });
      await this.#room.engine.ingest(events);
      progress(some.length);
    }
    await this.#room.folder.catchUp();
    this.decided += decided;
    return { people: this.people, share: decided === 0 ? 0 : best / decided };
  }
}

/**
 * Runs a programme on a made-up audience, one wave of people a day, each decided by what was learned from the waves before. The
 * engine is the one that serves, on a store in memory; guardrails are left out. Equal settings have equal results.
 */
export async function simulate(
  programme: Programme,
  { audience, waves: count, seed, ...plan }: Simulation,
  progress: (people: number) => void,
): Promise<Simulated> {
  const store = openMemoryStore();
  await store.meta('seed', `simulation ${seed}`);
  await store.saveProgramme(unguarded(programme), 0, START);
  let now = START;
  const room = await openRoom({ store, route: () => [], now: () => now }, OBSERVER);
  const campaign = new Campaign(room, programme.id, new World(programme, plan, rngFromNumber(seed)));
  const waves: Wave[] = [];
  for (let i = 0; i < count; i++) {
    const size = Math.floor((audience * (i + 1)) / count) - campaign.people;
    waves.push(await campaign.wave(size, now, progress));
    now += DAY_MS;
  }
  await room.close();
  const { world, decided, expected } = campaign;
  const { truth, signal, evenRate } = world;
  return { truth, signal, waves, expected, even: decided * evenRate, decided };
}
