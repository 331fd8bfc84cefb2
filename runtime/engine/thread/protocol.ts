import type { DeskStore } from '../../../core/contracts/store.ts';
import type { Settings } from '../../settings.ts';
import type { StoreChoice } from '../../store/open-store.ts';
import type { EngineDoor, EngineObserver } from '../room.ts';

/*
 * What crosses between the threads. Each side gathers what it has to say for as long as it is busy and says it in one
 * message. Arguments and results are JSON: a text is copied at once, an object field by field.
 */

/** What the engine's thread is started with. */
export interface Start {
  store: StoreChoice;
  settings: Settings;
}

export interface RoomControl {
  start(): Promise<void>;
  rest(): Promise<void>;
  close(): Promise<void>;
}

export type CallName =
  `engine.${keyof EngineDoor}` | `store.${keyof DeskStore}` | `room.${keyof RoomControl}`;

/** One message to the engine is a JSON list of calls. */
export type Call = [id: number, name: CallName, args: unknown[]];

/** The answer to the opening of the room, which nobody called for. */
export const OPENING = -1;

/** One message from the engine. */
export interface Report {
  /** Three cells each: id of the call, whether it succeeded, its result or Failure as JSON. */
  replies: (number | boolean | string)[];
  /** What observers are told, as JSON lists of a name and its arguments. */
  told: [keyof EngineObserver, ...unknown[]][];
}
