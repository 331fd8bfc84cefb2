import { randomUUID } from 'node:crypto';
import type Bottleneck from 'bottleneck';
import { Bell } from './bell.ts';
import { BEAT_MS, Copies } from './copies.ts';
import type { Claim, Mode } from './copies.ts';
import { messageOf } from './log.ts';
import type { Log } from './log.ts';
import { connectRedis, isConnected, renew } from './redis-connection.ts';
import type { RedisConnection } from './redis-connection.ts';
import { RedisRoll } from './redis-roll.ts';
import type { Pauses } from './redis-roll.ts';

/** Least time between two log lines about Redis, in ms. */
const QUIET_LOG_MS = 1_000;

/** Where the copies of an installation meet. */
export interface RedisSettings {
  url: string;
  /** Copies to reckon with at least. */
  copies?: number | undefined;
  /** Beginning of every name; installations with the same prefix on one server share their limits. */
  prefix?: string;
}

/** What the limiter tells and is told. Accounts are hashes, pauses remaining ms. */
export interface Member {
  pauses(): Pauses;
  pauseFor(account: string, ms: number): void;
  /** The way limits are kept may have changed. */
  changed(): void;
}

interface Parts {
  log: Log;
  /** Time that passes, in ms: no clock that can be set. */
  elapsed: () => number;
  member: Member;
}

/** This copy among the others: how limits are kept, and the pauses that all of them heed. Nothing here ever rejects. */
export class Cluster {
  readonly prefix: string;
  readonly #id = randomUUID();
  readonly #connection: RedisConnection;
  readonly #roll: RedisRoll;
  readonly #copies: Copies;
  readonly #parts: Parts;
  readonly #bell = new Bell();
  #newPauses = new Map<string, number>();
  #closing = false;
  #ended: Promise<void>;
  #logged: { answers: boolean; at: number };

  constructor({ url, copies, prefix = 'pickwell' }: RedisSettings, parts: Parts) {
    this.prefix = prefix;
    this.#parts = parts;
    this.#logged = { answers: true, at: parts.elapsed() };
    this.#copies = new Copies(this.#id, copies, parts.elapsed());
    this.#connection = connectRedis(url);
    this.#roll = new RedisRoll(this.#connection.client, prefix, parts.elapsed);
    this.#listen();
    this.#ended = this.#run();
  }

  /** What shared limiters are built on. */
  get connection(): Bottleneck.IORedisConnection {
    return this.#connection.bottleneck;
  }

  mode(): Mode {
    return this.#copies.mode(this.#parts.elapsed());
  }

  /** Copies known, those missing too. */
  count(): number {
    return this.#copies.count();
  }

  /** Tells the others of a pause as soon as possible. */
  publish(account: string, ms: number): void {
    this.#newPauses.set(account, Math.max(ms, this.#newPauses.get(account) ?? 0));
    this.#bell.ring();
  }

  /** Says good-bye, so that the others need not reckon with this copy, and closes the connections. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#bell.ring();
    await this.#ended;
    await this.#say({ stance: 'gone', share: 0 }).catch(() => undefined);
    await this.#connection.bottleneck.disconnect(false);
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      await this.#beat();
      this.#parts.member.changed();
      if (!this.#closing) await this.#bell.wait(BEAT_MS);
    }
  }

  async #beat(): Promise<void> {
    const askedAt = this.#parts.elapsed();
    const claim = this.#copies.announce(askedAt);
    if (!isConnected(this.#connection)) return this.#tell(false, new Error('no connection'));
    try {
      // Without its subscription a limiter is never told of a free slot.
      const [roll] = await Promise.all([this.#say(claim), this.#connection.subscriber.ping()]);
      this.#copies.hear(askedAt, claim, roll);
      this.#tell(true);
    } catch (error) {
      renew(this.#connection);
      this.#tell(false, error);
    }
  }

  async #say(claim: Claim) {
    const newPauses = this.#newPauses;
    this.#newPauses = new Map();
    const { member } = this.#parts;
    const common = { id: this.#id, claim, others: this.#copies.others() };
    try {
      const { roll, pauses } = await this.#roll.call({ ...common, newPauses, knownPauses: member.pauses() });
      for (const [account, ms] of pauses) member.pauseFor(account, ms);
      return roll;
    } catch (error) {
      // What is left of them is said again: a pause that nobody learns of is worse than one that lasts a little longer.
      for (const [account, ms] of member.pauses())
        if (newPauses.has(account)) this.#newPauses.set(account, ms);
      throw error;
    }
  }

  #listen(): void {
    const { client, subscriber } = this.#connection;
    const { channel } = this.#roll;
    for (const each of [client, subscriber]) each.on('ready', () => this.#bell.ring());
    // Pauses come with every answer as well: a lost message costs half a second.
    subscriber.on('ready', () => void subscriber.subscribe(channel).catch(() => undefined));
    subscriber.on('message', (from: string, text: string) => {
      const [account, ms] = text.split(' ');
      if (from === channel && account !== undefined) this.#parts.member.pauseFor(account, Number(ms));
    });
  }

  /** A change is logged when it lasts: at most one line a second. */
  #tell(answers: boolean, error?: unknown): void {
    const now = this.#parts.elapsed();
    if (answers === this.#logged.answers || now - this.#logged.at < QUIET_LOG_MS) return;
    this.#logged = { answers, at: now };
    const copies = this.#copies.count();
    if (answers) this.#parts.log('info', 'Redis answers again: limits will be shared', { copies });
    else this.#parts.log('warn', 'Redis is lost: limits are divided', { copies, error: messageOf(error) });
  }
}
