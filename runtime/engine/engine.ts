import { Fault } from '../../core/contracts/faults.ts';
import type { NewOutcome } from '../../core/contracts/records.ts';
import type { Verdict } from '../../core/decide/arbitrate.ts';
import { arbitrate } from '../../core/decide/arbitrate.ts';
import type { DecideFacts } from '../../core/decide/decide.ts';
import { keyed, onRecord } from '../../core/decide/deferral.ts';
import { funnelOf } from '../../core/decide/funnel.ts';
import { recheckOf } from '../../core/decide/recheck.ts';
import { releaseOf, withReservations } from '../../core/decide/reserve.ts';
import { resourcesAsked } from '../../core/decide/resource-asks.ts';
import type { Decision, DecideRequest } from '../../core/domain/decision.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import type { Alias } from '../../core/domain/person.ts';
import { newPerson } from '../../core/domain/person.ts';
import { eraseAll } from '../../core/ingest/apply-event.ts';
import { decisionOutcome } from '../../core/learn/outcomes.ts';
import type { WorkingSet } from '../../core/people/working-set.ts';
import { erasedKey } from '../../core/people/working-set.ts';
import type { Asked } from './asked.ts';
import { askedOf, onLastModel } from './asked.ts';
import type { Remote } from './batcher.ts';
import { Batcher } from './batcher.ts';
import { withContent } from './content.ts';
import { closes, ingestJobs } from './ingest-jobs.ts';
import type { EnginePorts } from './engine-ports.ts';
import type { Spooled } from './spool.ts';
import { inTime } from '../within.ts';

/** What a job made of a send: only once that is durable, anybody is told. */
interface Made {
  decision: Decision;
  /** What was recorded for it; nothing where that was done before, or is not to be. */
  recorded: Decision[];
  /** Whether outcomes wait in an outbox for it. */
  routed: boolean;
}

const told = (decision: Decision): Made => ({ decision, recorded: [], routed: false });

/** A store that this process owns is asked again at once; one on another machine has a spool to stand in for it. */
const REMOTE: Remote = { pauseMs: 500, patienceMs: 500, lingerMs: 0 };

/** Where requests meet the core: gathers, decides or ingests in one transaction, answers after the commit. */
export class Engine {
  readonly #ports: EnginePorts;
  readonly #batcher: Batcher;
  /** The latest time of a signal that this process took, ms since 1970. */
  #heardAt = -Infinity;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    const { store, catalogue, mintPersonId, stopwatch, closed } = ports;
    this.#batcher = new Batcher({
      ...{ store, mintPersonId, stopwatch },
      observe: ports.observeBatch,
      shed: ports.shed,
      remote: ports.spool && { ...REMOTE, ...ports.remote },
      durable: (changed) => {
        closed.contact();
        // whoever has to know that it was read waits for it
        if (changed) closed.read().catch(() => undefined);
      },
      lookback: () => ({ past: catalogue.lookback(), now: ports.now() }),
    });
  }

  get queued(): number {
    return this.#batcher.queued;
  }

  /**
   * The decision of a send: recorded and durable, or the one recorded before under the same send key.
   * Of several programmes those that are not known are left out. With a spool the store is waited for no longer than `fullMs`.
   * Whoever asks is gone after `wholeMs`: what could not be begun by then is not.
   * @throws Fault `invalid` without any id of a person, `rejected` when no programme is known, `unavailable` when it would come
   * too late.
   */
  async decide(request: DecideRequest, fullMs?: number, wholeMs?: number): Promise<Decision> {
    const asked = askedOf(request, this.#ports.catalogue, this.#ports.now());
    const patienceMs = this.#ports.spool ? fullMs : wholeMs;
    const recorded = this.#recorded(asked, patienceMs);
    const full = this.#ports.spool && fullMs !== undefined ? inTime(recorded, fullMs) : recorded;
    return full.catch((error: unknown) => this.#spooled(asked, error));
  }

  async #recorded(asked: Asked, patienceMs: number | undefined): Promise<Decision> {
    const { request, lives, aliases, key, deferrals } = asked;
    const sendKeys = request.preview === true ? [] : [key, ...deferrals];
    // whoever names the send and looks again means what was decided for it
    if (request.preview === true && request.send !== undefined) sendKeys.push(key);
    const job = {
      persons: [{ aliases, sendKeys }],
      events: aliases.map(erasedKey),
      decides: true,
      resources: resourcesAsked(lives, this.#ports.now()),
      run: (set: WorkingSet) => this.#decideIn(set, asked),
    };
    const made = await this.#batcher.submit(job, patienceMs);
    this.#tell(made);
    return made.decision;
  }

  #tell({ recorded, routed }: Made): void {
    for (const decision of recorded) {
      const programme = this.#ports.catalogue.programme(decision.programme);
      // saved anew in between, it may have other options
      if (programme?.version !== decision.programmeVersion) continue;
      this.#ports.funnel(funnelOf(decision, programme));
    }
    if (routed) this.#ports.delivered();
  }

  /** What answers a send with what it takes of resources, and its content filled; and what was decided on the way to it. */
  #verdict(
    { request, lives }: Pick<Asked, 'request' | 'lives'>,
    facts: DecideFacts,
    recorded?: Decision,
  ): Verdict {
    const { answer, passed } = arbitrate(request, facts, lives, this.#ports.seed);
    const { programme } = lives.find((live) => live.programme.id === answer.programme)!;
    const made = withReservations(answer, programme, facts.resources, recorded);
    return { answer: withContent(made, facts.person), passed };
  }

  #decideIn(set: WorkingSet, asked: Asked): Made {
    const { request, aliases, key } = asked;
    const now = set.now ?? this.#ports.now();
    const preview = request.preview === true;
    const person = preview ? (set.known(aliases) ?? newPerson('preview', aliases)) : set.person(aliases, now);
    const { standing, next } = onRecord(asked, (own) => set.recorded(person.id, own), now);
    if (standing && !preview) return told(standing);
    const past = {
      contacts: set.contacts(person.id),
      signals: set.signals(person.id),
      resources: set.resources,
      erased: set.erased(aliases),
    };
    const facts = { person, ...past, sendKey: key, now, behind: this.#ports.behind() };
    if (preview) return told(this.#previewed(asked, facts, standing));
    const { answer: decision, passed } = this.#verdict(asked, facts);
    const kept = keyed(decision, next);
    const all = [...passed, kept].map((made) =>
      this.#record(set, { decision: made, aliases, counts: this.#counts(made) }),
    );
    return { decision: kept, recorded: [...passed, kept], routed: all.some(({ routed }) => routed) };
  }

  /** What would be answered; of a send that is on record whether it may still go out. */
  #previewed({ request, lives }: Asked, facts: DecideFacts, standing: Decision | undefined): Decision {
    const own = lives.filter(({ programme }) => programme.id === standing?.programme);
    if (standing?.action !== 'send' || request.pin !== undefined || own.length === 0)
      return this.#verdict({ request, lives }, facts).answer;
    const again = recheckOf(standing, request, facts);
    return this.#verdict({ request: again.request, lives: own }, again.facts, standing).answer;
  }

  /** Who was only tried out, or asked for while nothing is sent, is no part of the comparison. */
  #counts({ reason, programme }: Decision): boolean {
    return reason !== 'pinned' && this.#ports.catalogue.programme(programme)?.status === 'live';
  }

  #record(set: WorkingSet, { decision, aliases, counts }: Spooled & { counts: boolean }): Made {
    const person = set.person(aliases, decision.at);
    const first = counts && person.arms[decision.programme] === undefined;
    if (first) set.save({ ...person, arms: { ...person.arms, [decision.programme]: decision.arm } });
    const programme = this.#ports.catalogue.programme(decision.programme);
    // after a clock was set back signals may stand before it that came later; a store with a clock of its own has one for both
    const late = decision.spooled === true || (set.now === undefined && decision.at < this.#heardAt);
    set.record({ decision, first, late }, programme && releaseOf(decision, programme));
    const outcomes = this.#outcomes(decision, person.aliases, this.#ports.now());
    for (const outcome of outcomes) set.outcome(outcome);
    return { decision, recorded: [decision], routed: outcomes.length > 0 };
  }

  /**
   * While the store is away: the decision of the last known model, made without knowing the person, flushed to the spool.
   * What depends on the person objects, and so does the closed list; where that leaves nothing to send, or asks for what is never recorded, the fault
   * stands and the next rung answers.
   */
  async #spooled(asked: Asked, fault: unknown): Promise<Decision> {
    const { request, aliases, key } = asked;
    const { spool, now, closed } = this.#ports;
    const away = fault instanceof Fault && fault.kind === 'unavailable';
    const lives = onLastModel(asked);
    if (!spool || !away || lives.length === 0) throw fault;
    const standings = closed.standings(aliases);
    let silences: Decision[] = [];
    const answer = spool.record(aliases, key, () => {
      const person = newPerson('unknown', aliases);
      const facts = { person, contacts: [], sendKey: key, now: now(), blind: true, standings };
      const { answer: decision, passed } = this.#verdict({ request, lives }, facts);
      if (decision.reason === 'guardrail') throw fault;
      silences = passed;
      return decision;
    });
    // the answer is made by now, unless the spool had one; what goes with it is in the same flush
    const others = silences.map((silence) => spool.record(aliases, silence.sendKey, () => silence));
    const [decision] = await Promise.all([answer, ...others]);
    return decision;
  }

  /**
   * Brings a spooled decision to the store, under the person it turns out to be about. A decision that is recorded under the
   * same send key already stands, whichever was answered. Resolves with whether this one did.
   */
  async settle({ decision, aliases }: Spooled): Promise<boolean> {
    const made = await this.#batcher.submit({
      persons: [{ aliases, sendKeys: [decision.sendKey] }],
      events: [],
      run: (set) => {
        const person = set.person(aliases, decision.at);
        const recorded = set.recorded(person.id, decision.sendKey);
        if (recorded) return told(recorded);
        return this.#record(set, { decision: { ...decision, person: person.id }, aliases, counts: true });
      },
    });
    this.#tell(made);
    return made.decision.id === decision.id;
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
    await this.#ports.closed.read();
  }

  /** Resolves once every event is durable, and what it closes known to every rung; says of each whether it is new. */
  async ingest(events: readonly DomainEvent[]): Promise<boolean[]> {
    for (const { type, at } of events) if (type === 'signal') this.#heardAt = Math.max(this.#heardAt, at);
    const fresh = (await Promise.all([...ingestJobs(events)].map((job) => this.#batcher.submit(job)))).flat();
    const { closed } = this.#ports;
    // of what was taken before the list may not have been read: whoever reported it was not answered
    await (fresh.includes(false) || events.some(closes) ? closed.read() : closed.settled);
    return fresh;
  }
}
