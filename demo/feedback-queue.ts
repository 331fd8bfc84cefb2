import type { KeyObject } from 'node:crypto';
import { createHmac, createSign } from 'node:crypto';
import type { Xoshiro } from '../core/maths/xoshiro.ts';
import { rngFromText } from '../core/maths/xoshiro.ts';
import type { Feedback } from './behaviour.ts';
import { each, exchange } from './http.ts';

/** Share of events reported twice, and how late events are: in this wave, in the next one, in the one after that. */
const DUPLICATES = 0.15;
const LATE = [0.55, 0.85];
const BATCH = { sendgrid: [150, 450], segment: [10, 60] } as const;
const POSTS_AT_ONCE = 3;
const WITHIN_MS = 30_000;

export type Source = Feedback['source'];

/** What was sent back, what should come of it, and what the receipts said. */
export interface Tally {
  requests: number;
  items: number;
  expected: { accepted: number; duplicates: number };
  receipts: { accepted: number; duplicates: number; rejected: number };
  /** Status of a delivery that was signed with another key. */
  refusal: number;
}

const emptyTally = (): Tally => ({
  requests: 0,
  items: 0,
  expected: { accepted: 0, duplicates: 0 },
  receipts: { accepted: 0, duplicates: 0, rejected: 0 },
  refusal: 0,
});

export interface FeedbackPorts {
  base: string;
  ingestKey: string;
  sharedSecret: string;
  signingKey: KeyObject;
  seed: number;
}

interface Post {
  source: Source;
  items: Feedback[];
}

function delay(rng: Xoshiro): number {
  const u = rng.uniform();
  return LATE.filter((limit) => u >= limit).length;
}

/** Brings events back as platforms do: late, some twice, out of order, in batches of any size, each one signed. */
export class FeedbackQueue {
  readonly tallies: Record<Source, Tally> = { sendgrid: emptyTally(), segment: emptyTally() };
  /** People whose unsubscription was acknowledged. */
  readonly unsubscribed = new Set<number>();
  readonly #ports: FeedbackPorts;
  readonly #rng: Xoshiro;
  readonly #due = new Map<number, Feedback[]>();
  readonly #posted = new Set<string>();

  constructor(ports: FeedbackPorts) {
    this.#ports = ports;
    this.#rng = rngFromText(`${ports.seed} feedback`);
  }

  /** Takes what one send caused; `rng` says how late each event is. */
  add(feedback: readonly Feedback[], wave: number, rng: Xoshiro): void {
    for (const item of feedback) {
      const due = wave + delay(rng);
      this.#put(item, due);
      if (rng.uniform() < DUPLICATES) this.#put(item, due + delay(rng));
    }
  }

  #put(item: Feedback, wave: number): void {
    const own = this.#due.get(wave);
    if (own) own.push(item);
    else this.#due.set(wave, [item]);
  }

  /** Ids of the events that Pickwell has a use for. */
  get distinct(): ReadonlySet<string> {
    return this.#posted;
  }

  /** The wave of the last event that is still on its way. */
  get last(): number {
    return Math.max(0, ...this.#due.keys());
  }

  /** Posts what is due with a wave; resolves when all of it was acknowledged. */
  async post(wave: number): Promise<void> {
    const items = this.#due.get(wave) ?? [];
    this.#due.delete(wave);
    this.#shuffle(items);
    const posts = (['sendgrid', 'segment'] as const).flatMap((source) => {
      return this.#batches(
        source,
        items.filter((item) => item.source === source),
      );
    });
    this.#shuffle(posts);
    await each(posts, POSTS_AT_ONCE, (post) => this.#post(post));
  }

  #shuffle(items: unknown[]): void {
    for (let i = items.length - 1; i > 0; i -= 1) {
      const j = Math.floor(this.#rng.uniform() * (i + 1));
      [items[i], items[j]] = [items[j], items[i]];
    }
  }

  #batches(source: Source, items: readonly Feedback[]): Post[] {
    const [least, most] = BATCH[source];
    const posts: Post[] = [];
    for (let from = 0; from < items.length;) {
      const size = Math.round(least + this.#rng.uniform() * (most - least));
      posts.push({ source, items: items.slice(from, from + size) });
      from += size;
    }
    return posts;
  }

  async #post(post: Post): Promise<void> {
    const { source, items } = post;
    const tally = this.tallies[source];
    if (tally.refusal === 0) {
      tally.refusal = -1;
      tally.refusal = (await this.#send(post, true)).status;
    }
    tally.requests += 1;
    tally.items += items.length;
    for (const item of items) {
      const isNew = !item.used || !this.#posted.has(item.id);
      if (item.used) this.#posted.add(item.id);
      tally.expected[isNew ? 'accepted' : 'duplicates'] += 1;
    }
    const { status, body } = await this.#send(post, false);
    if (status !== 200) throw new Error(`${source} feedback was answered with ${status}: ${body}`);
    const receipt = JSON.parse(body) as { accepted: number; duplicates: number; rejected: unknown[] };
    tally.receipts.accepted += receipt.accepted;
    tally.receipts.duplicates += receipt.duplicates;
    tally.receipts.rejected += receipt.rejected.length;
    for (const { unsubscribes } of items) if (unsubscribes !== undefined) this.unsubscribed.add(unsubscribes);
  }

  #send({ source, items }: Post, forged: boolean) {
    const { base } = this.#ports;
    const json = items.map((item) => item.json);
    if (source === 'sendgrid') {
      const body = `[${json.join(',\r\n')}]\r\n`;
      const headers = this.#sendgridHeaders(body, forged);
      return exchange({
        method: 'POST',
        url: `${base}/webhooks/sendgrid`,
        headers,
        body,
        withinMs: WITHIN_MS,
      });
    }
    const body = `[${json.join(',')}]`;
    const headers = this.#segmentHeaders(json[0]!, forged);
    return exchange({ method: 'POST', url: `${base}/v1/segment`, headers, body, withinMs: WITHIN_MS });
  }

  #sendgridHeaders(body: string, forged: boolean): Record<string, string> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signed = createSign('sha256')
      .update(timestamp)
      .update(forged ? `${body} ` : body);
    return {
      'content-type': 'application/json;charset=utf-8',
      'user-agent': 'SendGrid Event API',
      'x-twilio-email-event-webhook-timestamp': timestamp,
      'x-twilio-email-event-webhook-signature': signed.sign(this.#ports.signingKey, 'base64'),
    };
  }

  /** Segment signs the first event of a batch only. */
  #segmentHeaders(first: string, forged: boolean): Record<string, string> {
    const secret = forged ? 'a guess' : this.#ports.sharedSecret;
    const basic = Buffer.from(`${this.#ports.ingestKey}:`).toString('base64');
    return {
      'content-type': 'application/json',
      authorization: `Basic ${basic}`,
      'x-signature': createHmac('sha1', secret).update(first).digest('hex'),
    };
  }
}
