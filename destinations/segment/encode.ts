import { Analytics } from '@segment/analytics-node';
import type { AnalyticsSettings, TrackParams } from '@segment/analytics-node';
import type { Transport } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { HttpResponse } from '../../core/contracts/http.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import { aliasValue } from '../../core/domain/person.ts';
import type { SegmentSettings } from './schema.ts';

type HttpClient = Exclude<AnalyticsSettings['httpClient'], undefined | ((...args: never[]) => unknown)>;
type WireRequest = Parameters<HttpClient['makeRequest']>[0];

const EVENT = { decision: 'Pickwell Decision', reward: 'Pickwell Reward' } as const;
const DONE = { status: 200, statusText: 'OK' };

/** What the SDK adds to every event by itself; measured on 3.1.0 with room for longer versions. */
const ADDED_BY_SDK = {
  library: { name: '@segment/analytics-node', version: '000.000.000' },
  _metadata: { nodeVersion: 'v000.000.000', jsRuntime: 'node' },
};

/** How long the SDK may take to make its request, and how long a batch that it refused lingers in it. */
const FLUSH_MS = 5000;

/** Whether the person has an id that Segment knows. */
export function isAddressable(outcome: Outcome): boolean {
  return (
    aliasValue(outcome.aliases, 'user') !== undefined ||
    aliasValue(outcome.aliases, 'anonymous') !== undefined
  );
}

/** The track call for one outcome. The message id is the outcome's own, so that Segment drops repetitions. */
export function toTrack(outcome: Outcome): TrackParams {
  const userId = aliasValue(outcome.aliases, 'user');
  const common = {
    event: EVENT[outcome.kind],
    properties: outcome.properties,
    context: { integration: { name: 'pickwell', version: '1' } },
    timestamp: new Date(outcome.at),
    messageId: outcome.id,
  };
  if (userId !== undefined) return { userId, ...common };
  return { anonymousId: aliasValue(outcome.aliases, 'anonymous') ?? '', ...common };
}

/** One outcome as the SDK puts it on the wire, never shorter than that: what the byte limit is measured on. */
export function encodeItem(outcome: Outcome): string {
  return JSON.stringify({ ...toTrack(outcome), type: 'track', integrations: {}, ...ADDED_BY_SDK });
}

/**
 * Sends the batch through the SDK as exactly one request and returns the true response. Rejects with the transport's
 * fault, or with Fault `invalid` when the SDK would not send the batch as it is: then nothing was sent.
 */
export async function deliver(
  batch: readonly Outcome[],
  settings: SegmentSettings,
  transport: Transport,
): Promise<HttpResponse> {
  const wire = new Wire(batch.length, transport);
  const sdk = new Analytics({
    writeKey: settings.writeKey,
    host: settings.host,
    flushAt: batch.length,
    flushInterval: FLUSH_MS,
    // Retries are new attempts of the outbox: here they would repeat a request that nobody counts.
    maxRetries: 0,
    httpClient: wire,
  });
  sdk.on('error', ({ code }) => wire.refuse(new Fault('invalid', `not sent: ${code}`)));
  try {
    for (const outcome of batch) sdk.track(toTrack(outcome));
  } catch {
    wire.refuse(new Fault('invalid', 'not sent: an event does not validate'));
  }
  await Promise.race([sdk.closeAndFlush({ timeout: FLUSH_MS }), wire.refused]);
  return wire.response();
}

/** The SDK's HTTP client: one whole batch goes to the transport, and the SDK is told that it is done. */
class Wire implements HttpClient {
  readonly refused: Promise<void>;
  readonly #items: number;
  readonly #transport: Transport;
  readonly #tellRefused: () => void;
  #answer: Promise<HttpResponse> | undefined;
  #refusal: Fault | undefined;

  constructor(items: number, transport: Transport) {
    this.#items = items;
    this.#transport = transport;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.refused = promise;
    this.#tellRefused = resolve;
  }

  refuse(fault: Fault): void {
    this.#refusal ??= fault;
    this.#tellRefused();
  }

  async makeRequest({ method, url, headers, body }: WireRequest): Promise<typeof DONE> {
    const { batch } = JSON.parse(body) as { batch: unknown[] };
    // Sending a part of the batch would acknowledge the rest of it.
    if (batch.length !== this.#items) this.refuse(new Fault('invalid', 'not sent: the SDK split the batch'));
    if (this.#refusal || this.#answer) return DONE;
    this.#answer = this.#transport({ method, url, headers, body });
    await this.#answer.catch(() => undefined);
    return DONE;
  }

  /** What came back. Once it was asked for, nothing more is sent. */
  response(): Promise<HttpResponse> {
    if (this.#answer) return this.#answer;
    this.#refusal ??= new Fault('unavailable', 'not sent: the SDK made no request in time');
    return Promise.reject(this.#refusal);
  }
}
