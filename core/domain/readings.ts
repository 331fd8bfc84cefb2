import type { Standing } from './closed.ts';
import type { Stamped, SubscriptionState } from './person.ts';
import type { ProgrammeId } from './programme.ts';
import type { ResourceKey } from './resource.ts';

/** A contact as it counted when a decision was made. */
export interface ContactRead {
  /** ms since 1970 */
  at: number;
  channel: string;
  /** Empty for another tool's. */
  programme: ProgrammeId;
  variant?: string | undefined;
  releasesAt?: number | undefined;
  state?: 'sent' | undefined;
  /** By which signals of `told` name it. */
  ref?: number | undefined;
}

/** A signal as it was told, where the hours, the features or the target of a person are made of it. No machine's. */
export interface SignalRead {
  name: string;
  /** ms since 1970 */
  at: number;
  /** The same number for all that tell of one order. */
  order?: number | undefined;
  /** The contact it names; `NO_CONTACT`: one that is not among those kept. Absent: none. */
  about?: number | undefined;
}

export const NO_CONTACT = -1;

/** What was left of a resource when a decision was made. */
export interface ResourceRead {
  taken: number;
  /** When the first of what was taken ends, ms since 1970. */
  next?: number | undefined;
  /** How much of it ends then; absent where nothing ever does, and where a decision is older than this field. */
  ending?: number | undefined;
  /** Whether a code was free. */
  code?: true | undefined;
}

/**
 * What guardrails could see of a person when a decision was made, and what the features, the target and the hours of the
 * person are made of, and no more: people change, and with this the decision can
 * be made again as it was. What is empty is absent.
 */
export interface Readings {
  /** Traits that rules and quiet hours name, of those the person had. */
  traits?: Record<string, unknown> | undefined;
  /** Traits that were too large to be kept here. */
  large?: string[] | undefined;
  /** What was said to the purposes the programme names; absent: nobody ever asked. */
  consent?: Record<string, unknown> | undefined;
  /** State of channels the programme uses, where it mattered. */
  subscriptions?: Record<string, Stamped<SubscriptionState>> | undefined;
  /** Contacts that some guardrail could count. */
  contacts?: ContactRead[] | undefined;
  /** When signals that are asked for happened, newest first, an order once; only the last where nobody counts. */
  signals?: Record<string, number[]> | undefined;
  /** Of a programme that learns from the person's past: everything of it that this is made of, newest first. */
  told?: SignalRead[] | undefined;
  /** Of what all persons share, as far as the programme's variants take of it. */
  resources?: Record<ResourceKey, ResourceRead> | undefined;
  /** One of the ids asked for was of somebody who had themselves erased. */
  erased?: true | undefined;
  /** Where nothing could be looked up: channels of the programme that were not open, as far as was known. */
  standings?: Record<string, Exclude<Standing, 'open'>> | undefined;
}
