import type { Destination } from '../core/contracts/destination.ts';
import { braze } from './braze/index.ts';
import { segment } from './segment/index.ts';

/** Every destination, one line each. What its `settings.parse` returned is what may be handed back to it. */
export const destinations: readonly Destination[] = [braze, segment];
