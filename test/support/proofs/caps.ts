import type { Store } from '../../../core/contracts/store.ts';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { ContactLog } from '../contact-log.ts';
import type { EngineRig } from '../engine-rig.ts';
import { engineRig } from '../engine-rig.ts';
import { HOUR, MINUTE, programme, variant } from '../programmes.ts';
import type { Proof } from './proof.ts';
import { sameList } from './proof.ts';

const PEOPLE = 800;
const AT_ONCE = 64;

const VARIANTS = [variant('a'), variant('b'), variant('c', { channel: 'sms' })];
const PROGRAMMES = [
  programme({
    id: 'first',
    variants: VARIANTS,
    guardrails: {
      caps: [
        { per: 'person', channel: 'email', count: 3, hours: 48 },
        { per: 'person-programme', count: 4, hours: 72 },
        { per: 'person-variant', count: 2, hours: 24 },
      ],
      releaseAfterHours: 6,
    },
  }),
  programme({
    id: 'second',
    variants: VARIANTS.slice(1),
    guardrails: { caps: [{ per: 'person', count: 5, hours: 24 }] },
  }),
];

interface Made {
  id: string;
  decision: string;
  send: string;
}

type Step = () => Promise<() => void>;

/** What happens at random, in the engine and in the log. */
class World {
  readonly rig: EngineRig;
  readonly log = new ContactLog();
  readonly rng;
  readonly made: Made[] = [];
  readonly counts = { decisions: 0, sends: 0, dropped: 0, merges: 0, events: 0 };
  readonly wrong: string[] = [];
  #number = 0;

  constructor(rig: EngineRig, seed: string) {
    this.rig = rig;
    this.rng = rngFromText(`replay of caps ${seed}`);
  }

  below(n: number): number {
    return Math.floor(this.rng.uniform() * n);
  }

  /** People come and go, so that there is always somebody who was not merged yet. */
  #anybody(): number {
    return Math.floor(this.counts.decisions / 16) + this.below(PEOPLE);
  }

  #someone(): { id: string; ref: PersonRef } {
    const n = this.#anybody();
    return this.below(3) === 0
      ? { id: `a${n}`, ref: { anonymousId: `a${n}` } }
      : { id: `u${n}`, ref: { userId: `u${n}` } };
  }

  step(): Step {
    const kind = this.below(100);
    if (kind < 60) return this.#decide();
    if (kind < 75) return this.#about('email_sent');
    if (kind < 80) return this.#about('email_aborted');
    return kind < 98 ? this.#otherTool() : this.#merge();
  }

  #decide(): Step {
    const { id, ref } = this.#someone();
    const own = PROGRAMMES[this.below(2)]!;
    const send = `s${++this.#number}`;
    return async () => {
      const decision = await this.rig.decide(ref, { programme: own.id, send });
      return () => {
        const closed = this.log.closed(id, own, decision.at);
        const dropped = decision.dropped.map(({ option }) => option);
        const action = closed.length === own.variants.length ? 'silence' : 'send';
        if (!sameList(dropped, closed) || decision.action !== action || closed.includes(decision.option)) {
          this.wrong.push(
            `${decision.id}: ${decision.option}, dropped ${dropped.join()}, full ${closed.join()}`,
          );
        }
        this.counts.decisions++;
        this.counts.dropped += closed.length;
        if (decision.action === 'silence') return;
        this.log.decided(id, decision, own.guardrails.releaseAfterHours);
        this.made.push({ id, decision: decision.id, send });
        this.counts.sends++;
      };
    };
  }

  #event(ref: PersonRef, changes: Partial<SignalEvent>): SignalEvent {
    // the clock of whoever reports it may be behind, and the report late
    const at = this.rig.clock.now - this.below(5 * HOUR);
    const id = `e${++this.#number}`;
    return { type: 'signal', source: 's', id, at, person: ref, name: 'email_sent', values: {}, ...changes };
  }

  async #ingest(event: SignalEvent, effect: () => void): Promise<() => void> {
    const [fresh] = await this.rig.engine.ingest(this.below(10) === 0 ? [event, event] : [event]);
    if (!fresh) this.wrong.push(`${event.id}: taken for a repetition`);
    this.counts.events++;
    return effect;
  }

  /** What became of one of the decisions made so far, told by its id, by the platform's, or by both. */
  #about(name: 'email_sent' | 'email_aborted'): Step {
    const some = this.made[this.made.length - 1 - this.below(Math.min(this.made.length, 2_000))];
    if (!some) return this.#otherTool();
    const by = this.below(3);
    const about = { made: by === 1 ? undefined : some.decision, send: by === 0 ? undefined : some.send };
    const ref: PersonRef = some.id.startsWith('u') ? { userId: some.id } : { anonymousId: some.id };
    const event = this.#event(ref, { name, decisionId: about.made, send: about.send });
    return () =>
      this.#ingest(event, () => {
        if (name === 'email_sent') this.log.sent(some.id, { ...about, at: event.at, name: event.id });
        else this.log.aborted(some.id, about);
      });
  }

  #otherTool(): Step {
    const { id, ref } = this.#someone();
    const event = this.#event(ref, {});
    const effect = (): void =>
      this.log.sent(id, { at: event.at, made: undefined, send: undefined, name: event.id });
    return () => this.#ingest(event, effect);
  }

  #merge(): Step {
    const n = this.#anybody();
    const [person, previous] = [{ userId: `u${n}` }, { anonymousId: `a${n}` }];
    const event = { type: 'alias', source: 's', id: `m${++this.#number}`, at: 0, person, previous } as const;
    return async () => {
      await this.rig.engine.ingest([event]);
      return () => {
        this.counts.merges++;
        this.log.merge(person.userId, previous.anonymousId);
      };
    };
  }
}

/**
 * Decisions among sends, aborts, merges, repeated and late events of 64 callers: caps are kept and no place is wasted. Each is
 * compared with a second way of counting that looks at the whole log of contacts.
 */
export async function proveCaps(store: Store, decisions: number, seed: string): Promise<Proof> {
  const world = new World(await engineRig({ store, programmes: PROGRAMMES }), seed);
  while (world.counts.decisions < decisions) {
    // submitted at once they are one batch, in this order
    const effects = await Promise.all(Array.from({ length: AT_ONCE }, () => world.step()()));
    for (const effect of effects) effect();
    world.rig.clock.now += world.below(4) * MINUTE;
  }
  return { counts: world.counts, wrong: world.wrong };
}
