import type { Destination } from '../../core/contracts/destination.ts';
import { decode } from './decode.ts';
import { encode, encodeItem, isAddressable } from './encode.ts';
import { brazeLimits } from './limits.ts';
import { settings } from './schema.ts';
import type { BrazeSettings } from './schema.ts';

/** Rewards, and decisions if wanted, as custom events of a Braze workspace. */
export const braze: Destination<BrazeSettings> = {
  id: 'braze',
  title: 'Braze',
  summary: 'Rewards, and decisions if wanted, as custom events of a Braze workspace.',
  docs: 'https://www.braze.com/docs/api/endpoints/user_data/post_user_track/',
  settings,
  secrets: ['apiKey'],
  limits: brazeLimits,
  account: ({ restEndpoint }) => `braze ${restEndpoint}`,
  accepts: (outcome, { send }) => send.includes(outcome.kind) && isAddressable(outcome),
  encodeItem,
  encode,
  decode,
};
