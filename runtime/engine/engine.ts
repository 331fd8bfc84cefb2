import { hash } from 'node:crypto';
import { Fault } from '../../core/contracts/faults.ts';
import type { NewOutcome } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { LiveProgramme } from '../../core/decide/decide.ts';
import { decide } from '../../core/decide/decide.ts';
import { sendKey } from '../../core/decide/send-key.ts';
import type { Decision, DecideRequest } from '../../core/domain/decision.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import type { Alias, PersonId, PersonRef } from '../../core/domain/person.ts';
import { aliasesOf, newPerson } from '../../core/domain/person.ts';
import { aliasesIn, applyEvent, eraseAll } from '../../core/ingest/apply-event.ts';
import { decisionOutcome } from '../../core/learn/outcomes.ts';
import type { WorkingSet } from '../../core/people/working-set.ts';
import { Batcher } from './batcher.ts';
import type { Catalogue } from './catalogue.ts';
import { withContent } from './content.ts';

export interface EnginePorts {
  store: Store;
  catalogue: Catalogue;
  now: () => number;
  stopwatch: () => number;
  mintPersonId: () => PersonId;
  /** Seed of this installation: with it every draw can be repeated. */
  seed: string;
  /** Destinations that are told of an outcome. */
  route: (outcome: Outcome) => string[];
  /** Called after something was put into an outbox. */
  delivered: () => void;
  observeBatch: (size: number, seconds: number) => void;
}

/** Events in one transaction at most: a large delivery must not hold up decisions. */
const EVENTS_PER_JOB = 200;

const digestEmail = (email: string): string => hash('sha256', email, 'hex');
export const toAliases = (ref: PersonRef): Alias[] => aliasesOf(ref, digestEmail);

/** Where requests meet the core: gathers, decides or ingests in one transaction, answers after the commit. */
export class Engine {
  readonly #ports: EnginePorts;
  readonly #batcher: Batcher;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    const { store, catalogue, mintPersonId, stopwatch } = ports;
    this.#batcher = new Batcher({
      store,
      mintPersonId,
      stopwatch,
      observe: ports.observeBatch,
      contactsSince: () => ports.now() - catalogue.longestCapMs(),
    });
  }

  get queued(): number {
    return this.#batcher.queued;
  }

  /**
   * The decision of a send: recorded and durable, or the one recorded before under the same send key.
   * @throws Fault `invalid` without any id of a person, `rejected` for a programme that is not known.
   */
  async decide(request: DecideRequest): Promise<Decision> {
    const live = this.#ports.catalogue.live(request.programme);
    if (!live) throw new Fault('rejected', `no programme ${request.programme}`);
    const aliases = toAliases(request.person);
    if (aliases.length === 0) throw new Fault('invalid', 'person: at least one id');
    const key = sendKey(request, live.programme, this.#ports.now());
    const sendKeys = request.preview === true ? [] : [key];
    const decision = await this.#batcher.submit({
      persons: [{ aliases, sendKeys }],
      events: [],
      run: (set) => this.#decideIn(set, { request, live, aliases, key }),
    });
    this.#ports.delivered();
    return decision;
  }

  #decideIn(
    set: WorkingSet,
    {
      request,
      live,
      aliases,
      key,
    }: { request: DecideRequest; live: LiveProgramme; aliases: Alias[]; key: string },
  ): Decision {
    const now = this.#ports.now();
    const preview = request.preview === true;
    const person = preview ? (set.known(aliases) ?? newPerson('preview', aliases)) : set.person(aliases, now);
    const recorded = preview ? undefined : set.recorded(person.id, key);
    if (recorded) return recorded;
    const facts = { person, contacts: set.contacts(person.id), sendKey: key, now };
    const decision = withContent(decide(request, facts, live, this.#ports.seed), person);
    if (preview) return decision;
    // who was only tried out, or asked for while nothing is sent, is no part of the comparison
    const counts = decision.reason !== 'pinned' && live.programme.status === 'live';
    const first = counts && person.arms[decision.programme] === undefined;
    if (first) set.save({ ...person, arms: { ...person.arms, [decision.programme]: decision.arm } });
    set.record({ decision, first });
    for (const outcome of this.#outcomes(decision, person.aliases, now)) set.outcome(outcome);
    return decision;
  }

  #outcomes(decision: Decision, aliases: Alias[], at: number): NewOutcome[] {
    const outcome = decisionOutcome(decision, aliases);
    return this.#ports
      .route(outcome)
      .map((destination) => ({ destination, person: decision.person, outcome, at }));
  }

  /** Forgets a person. The models follow with the next fold. */
  async erase(aliases: readonly Alias[], at: number): Promise<void> {
    await this.#batcher.submit({
      persons: [{ aliases, sendKeys: [] }],
      events: [],
      run: (set) => eraseAll(set, aliases, at),
    });
  }

  /** Resolves once every event is durable; says of each whether it is new. */
  async ingest(events: readonly DomainEvent[]): Promise<boolean[]> {
    const jobs: Promise<boolean[]>[] = [];
    for (let from = 0; from < events.length; from += EVENTS_PER_JOB) {
      const some = events.slice(from, from + EVENTS_PER_JOB);
      const job = {
        persons: some.map((event) => ({ aliases: aliasesIn(event, toAliases), sendKeys: [] })),
        events: some.map(({ source, id }) => ({ source, id })),
        decisions: some.flatMap((event) => ('decisionId' in event ? (event.decisionId ?? []) : [])),
        run: (set: WorkingSet) => some.map((event) => applyEvent(event, set, toAliases)),
      };
      jobs.push(this.#batcher.submit(job));
    }
    return (await Promise.all(jobs)).flat();
  }
}
