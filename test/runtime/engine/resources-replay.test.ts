import { expect, it } from 'vitest';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { HOUR, MINUTE, programme, variant } from '../../support/programmes.ts';
import { ResourceLog } from '../../support/resource-log.ts';

/** `PICKWELL_RESOURCE_REPLAY=100000` for a longer run; the log is read whole for every decision. */
const DECISIONS = Number(process.env.PICKWELL_RESOURCE_REPLAY ?? 6_000);
const PEOPLE = 800;
const AT_ONCE = 64;
const [BERLIN, LOS_ANGELES] = ['Europe/Berlin', 'America/Los_Angeles'];

const CODES = Array.from({ length: Math.floor(DECISIONS / 12) }, (_, i) => `CODE-${i}`);

const PROGRAMMES = [
  programme({
    id: 'first',
    variants: [
      variant('a', { cost: 0.3 }),
      variant('b', { cost: 0.1, coupon: 'spring' }),
      variant('c', { cost: 0.07, channel: 'sms' }),
    ],
    guardrails: {
      caps: [
        { per: 'programme', count: 110, hours: 2 },
        { per: 'programme', channel: 'sms', count: 12, hours: 1 },
        { per: 'variant', count: 45, hours: 2 },
      ],
      budget: { perDay: 45, total: DECISIONS * 0.012, zone: BERLIN },
      releaseAfterHours: 3,
    },
  }),
  programme({
    id: 'second',
    variants: [
      variant('code', { coupon: 'spring' }),
      variant('call', { channel: 'sales', route: { queue: 'sales', value: 3 } }),
    ],
    guardrails: {
      queues: {
        sales: { perDay: 350, zone: LOS_ANGELES, atOnce: 60, hours: 4, givenBackBy: ['call_completed'] },
      },
      releaseAfterHours: 1,
    },
  }),
];

interface Made {
  ref: PersonRef;
  decision: string;
  send: string;
  routed: boolean;
}

type Step = () => Promise<() => void>;

/** What happens at random, in the engine and in the log. */
class World {
  readonly rig: EngineRig;
  readonly log = new ResourceLog(CODES, [BERLIN, LOS_ANGELES]);
  readonly rng = rngFromText('replay of resources');
  readonly made: Made[] = [];
  readonly counts: Record<string, number> = {};
  #number = 0;

  constructor(rig: EngineRig) {
    this.rig = rig;
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  below(n: number): number {
    return Math.floor(this.rng.uniform() * n);
  }

  #someone(): PersonRef {
    const n = Math.floor((this.counts.decisions ?? 0) / 16) + this.below(PEOPLE);
    return this.below(3) === 0 ? { anonymousId: `a${n}` } : { userId: `u${n}` };
  }

  step(): Step {
    const kind = this.below(100);
    if (kind < 60) return this.#decide();
    if (kind < 78) return this.#about('email_sent');
    if (kind < 86) return this.#about('email_aborted');
    return kind < 96 ? this.#about('call_completed') : this.#merge();
  }

  #decide(): Step {
    const [ref, own] = [this.#someone(), PROGRAMMES[this.below(2)]!];
    const send = `s${++this.#number}`;
    const twice = this.below(10) === 0;
    return async () => {
      const request = { programme: own.id, send };
      const [decision, again] = await Promise.all([
        this.rig.decide(ref, request),
        twice ? this.rig.decide(ref, request) : undefined,
      ]);
      return () => {
        if (again) expect(again).toEqual(decision);
        this.#check(own, decision, ref);
      };
    };
  }

  #check(own: Programme, decision: Awaited<ReturnType<EngineRig['decide']>>, ref: PersonRef): void {
    const closed = this.log.closed(own, decision.at);
    expect(decision.dropped.map(({ option }) => option)).toEqual(closed);
    this.count('decisions');
    for (const { rule } of decision.dropped) this.count(rule);
    if (decision.action === 'silence') return;
    expect(closed).not.toContain(decision.variant);
    if (decision.coupon) expect(this.log.free(decision.at)).toContain(decision.coupon.code);
    this.log.decided(decision, own);
    const routed = decision.route !== undefined;
    this.made.push({ ref, decision: decision.id, send: decision.send!, routed });
    this.count('sends');
  }

  /** What became of one of the decisions made so far, told by its id, by the platform's, or by both; sometimes twice. */
  #about(name: string): Step {
    const some = this.made[this.made.length - 1 - this.below(Math.min(this.made.length, 1_500))];
    if (!some) return this.#decide();
    const by = some.routed ? 2 : this.below(3);
    const about = { made: by === 1 ? undefined : some.decision, send: by === 0 ? undefined : some.send };
    const id = `e${++this.#number}`;
    // what is reported late or by a slow clock still counts, but nothing is worked off before it was handed over
    const at = name === 'call_completed' ? this.rig.clock.now : this.rig.clock.now - this.below(5 * HOUR);
    const event: SignalEvent = {
      ...{ type: 'signal', source: 's', id, at, person: some.ref, name, values: {} },
      ...{ decisionId: about.made, send: about.send },
    };
    return async () => {
      await this.rig.engine.ingest(this.below(10) === 0 ? [event, event] : [event]);
      return () => {
        this.count('events');
        if (name === 'email_sent') this.log.sent(about);
        else if (name === 'email_aborted') this.log.aborted(about);
        else if (some.routed) this.log.workedOff(some.decision);
      };
    };
  }

  #merge(): Step {
    const n = Math.floor((this.counts.decisions ?? 0) / 16) + this.below(PEOPLE);
    const [person, previous] = [{ userId: `u${n}` }, { anonymousId: `a${n}` }];
    const event = { type: 'alias', source: 's', id: `m${++this.#number}`, at: 0, person, previous } as const;
    return async () => {
      await this.rig.engine.ingest([event]);
      return () => this.count('merges');
    };
  }
}

it(`${DECISIONS} decisions among sends, aborts, merges, repeats and late events take no more than there is, and leave nothing lying`, async () => {
  const store = await opened(async () => openSqliteStore(await folder()));
  await store.addCodes('spring', CODES);
  const world = new World(await engineRig({ store, programmes: PROGRAMMES }));
  while ((world.counts.decisions ?? 0) < DECISIONS) {
    world.log.begin(world.rig.clock.now);
    // submitted at once they are one batch, in this order
    const effects = await Promise.all(Array.from({ length: AT_ONCE }, () => world.step()()));
    for (const effect of effects) effect();
    world.rig.clock.now += world.below(30) * MINUTE;
  }
  // that everything had something to do
  const { sends = 0, caps = 0, budget = 0, inventory = 0, capacity = 0, merges = 0 } = world.counts;
  const least = DECISIONS / 100;
  for (const count of [sends, caps, budget, inventory, capacity, merges])
    expect(count).toBeGreaterThan(least);
}, 1_800_000);
