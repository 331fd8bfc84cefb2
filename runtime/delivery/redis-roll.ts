import type { Redis } from 'ioredis';
import type { Claim, Roll, Sighting, Stance } from './copies.ts';
import { FORGET_MS, WORD_MS } from './copies.ts';

/** Time in ms that a pause can be kept for: longer than any platform is obeyed. */
const PAUSES_MS = 7_200_000;

/**
 * One word of a copy and all that the others said, as one step. What a copy remembers of others and of pauses goes
 * along, so that Redis knows it again after it lost its keys. The clock is that of Redis. A word that was under way for
 * too long is not taken: by now its copy may have given up on it.
 *
 * KEYS: copies, pauses (also the channel that pauses are published on).
 * ARGV: id, "stance:share", last moment to take the word, others `{id: "stance:share:seenAt"}`, new pauses `{account: remaining ms}`,
 * pauses remembered, the three in JSON.
 */
const SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lost = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0
local function whole(number) return string.format('%d', number) end
if now <= tonumber(ARGV[3]) then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ':' .. whole(now)) end
local function seen(sighting) return tonumber(string.match(sighting or ':0', ':(%d+)$')) end
for id, sighting in pairs(cjson.decode(ARGV[4])) do
  local known = redis.call('HGET', KEYS[1], id)
  if seen(sighting) > seen(known or nil) then redis.call('HSET', KEYS[1], id, sighting) end
end
local copies = redis.call('HGETALL', KEYS[1])
for i = 1, #copies, 2 do
  if now - seen(copies[i + 1]) > ${FORGET_MS} then redis.call('HDEL', KEYS[1], copies[i]) end
end
redis.call('PEXPIRE', KEYS[1], ${2 * FORGET_MS})
for account, remaining in pairs(cjson.decode(ARGV[5])) do
  if now + remaining > (tonumber(redis.call('HGET', KEYS[2], account)) or 0) then
    redis.call('HSET', KEYS[2], account, whole(now + remaining))
    redis.call('PUBLISH', KEYS[2], account .. ' ' .. whole(remaining))
  end
end
for account, remaining in pairs(cjson.decode(ARGV[6])) do
  redis.call('HSETNX', KEYS[2], account, whole(now + remaining))
end
redis.call('PEXPIRE', KEYS[2], ${PAUSES_MS})
local pauses = redis.call('HGETALL', KEYS[2])
local running = {}
for i = 1, #pauses, 2 do
  local remaining = tonumber(pauses[i + 1]) - now
  if remaining > 0 then
    table.insert(running, pauses[i])
    table.insert(running, remaining)
  else
    redis.call('HDEL', KEYS[2], pauses[i])
  end
end
return {now, copies, running, lost and 1 or 0}`;

/** Remaining pauses in ms by account. Durations, because the clocks of two copies differ. */
export type Pauses = ReadonlyMap<string, number>;

/** What one copy has to say. */
export interface Word {
  id: string;
  claim: Claim;
  others: ReadonlyMap<string, Sighting>;
  /** Told by a platform since the last word that was answered. */
  newPauses: Pauses;
  knownPauses: Pauses;
}

type Run = (
  ...args: string[]
) => Promise<[now: number, copies: string[], pauses: (string | number)[], lost: number]>;

/** The list of copies and the pauses in one Redis, under names that begin with `prefix`. */
export class RedisRoll {
  /** Name of the channel on which new pauses arrive, as `account remainingMs`. */
  readonly channel: string;
  readonly #keys: string[];
  readonly #client: Redis;
  readonly #elapsed: () => number;
  /** From the time that passes here to the clock of Redis, in ms, at most; unknown before the first answer. */
  #offset: number | undefined;

  constructor(client: Redis, prefix: string, elapsed: () => number) {
    // One hash tag, so that both keys lie together on a cluster.
    this.channel = `{${prefix}}:pauses`;
    this.#keys = [`{${prefix}}:copies`, this.channel];
    this.#client = client;
    this.#elapsed = elapsed;
    client.defineCommand('pickwellRoll', { numberOfKeys: this.#keys.length, lua: SCRIPT });
  }

  /** Rejects when Redis does not answer in time. The word of the first call is not taken: it only learns the time. */
  async call(word: Word): Promise<{ roll: Roll; pauses: Pauses }> {
    const takenUntil = this.#offset === undefined ? 0 : Math.floor(this.#elapsed() + this.#offset + WORD_MS);
    const sightings = [...word.others].map(([id, sighting]) => [
      id,
      `${textOf(sighting)}:${sighting.seenAt}`,
    ]);
    const lists = [sightings, wholeMs(word.newPauses), wholeMs(word.knownPauses)];
    const args = [word.id, textOf(word.claim), String(takenUntil), ...lists.map(json)];
    const { pickwellRoll } = this.#client as Redis & { pickwellRoll: Run };
    const [now, copies, running, lost] = await pickwellRoll.call(this.#client, ...this.#keys, ...args);
    this.#offset = now - this.#elapsed();
    const sighted = pairs(copies).map(([id, text]) => [String(id), sightingIn(String(text))] as const);
    const paused = pairs(running).map(([account, ms]) => [String(account), Number(ms)] as const);
    return { roll: { now, copies: new Map(sighted), lost: lost === 1 }, pauses: new Map(paused) };
  }
}

function wholeMs(pauses: Pauses): [string, number][] {
  return [...pauses].map(([account, ms]) => [account, Math.ceil(ms)]);
}

function json(entries: (readonly (string | number)[])[]): string {
  return JSON.stringify(Object.fromEntries(entries as [string, string | number][]));
}

function pairs<T>(flat: readonly T[]): [T, T][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] as T, flat[2 * i + 1] as T]);
}

function textOf({ stance, share }: Claim): string {
  return `${stance}:${share}`;
}

function sightingIn(text: string): Sighting {
  const [stance = 'local', share, seenAt] = text.split(':');
  return { stance: stance as Stance, share: Number(share), seenAt: Number(seenAt) };
}
