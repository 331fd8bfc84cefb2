import type { Connector } from '../core/contracts/connector.ts';
import { braze } from './braze/index.ts';
import { events } from './events/index.ts';
import { iterable } from './iterable/index.ts';
import { segment } from './segment/index.ts';

/**
 * Every connector, by id. The type of each one's settings is erased to `unknown`, which is safe as long as a connector
 * is handed only what its own `settings.parse` returned; nothing else can be made of `unknown` by accident.
 */
export const connectors: readonly Connector[] = [braze, events, iterable, segment];
