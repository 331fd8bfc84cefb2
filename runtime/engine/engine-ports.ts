import type { Store } from '../../core/contracts/store.ts';
import type { Funnel } from '../../core/decide/funnel.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import type { PersonId } from '../../core/domain/person.ts';
import type { Remote } from './batcher.ts';
import type { Catalogue } from './catalogue.ts';
import type { ClosedList } from './closed/list.ts';
import type { Spool } from './spool.ts';

/** What the engine stands on. */
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
  /** Told of decisions that were not made because nobody would have waited for them. */
  shed: (decisions: number) => void;
  /** Told what became of the options of a durable decision. */
  funnel: (funnel: Funnel) => void;
  /** Whether it is some time that the newest models were asked for. */
  behind: () => boolean;
  closed: ClosedList;
  /** Where decisions go while the store is away; without one they are not made then. */
  spool?: Spool | undefined;
  /** What is otherwise than usual about a store on another machine. */
  remote?: Partial<Remote> | undefined;
}
