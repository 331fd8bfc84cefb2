import { describe, expect, it } from 'vitest';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { BEAT_MS, Copies, FORGET_MS, LEASE_MS, QUIET_MS, WORD_MS } from '../../../runtime/delivery/copies.ts';
import type { Claim, Mode, Sighting } from '../../../runtime/delivery/copies.ts';

/** A Redis reduced to the list of copies, on a clock of its own. */
class Roll {
  readonly list = new Map<string, Sighting>();
  up = true;

  /** Takes a word and answers, as the script does. */
  call(id: string, claim: Claim, others: ReadonlyMap<string, Sighting>, now: number) {
    const lost = !this.list.has(id);
    this.list.set(id, { ...claim, seenAt: now });
    for (const [other, sighting] of others)
      if (sighting.seenAt > (this.list.get(other)?.seenAt ?? 0)) this.list.set(other, sighting);
    for (const [other, { seenAt }] of this.list) if (now - seenAt > FORGET_MS) this.list.delete(other);
    return { now, copies: new Map(this.list), lost };
  }
}

const CLOCK = 1_795_300_000_000;

/** One copy with its own network: words and answers come late or not at all. */
class Node {
  readonly id: string;
  readonly copies: Copies;
  readonly roll: Roll;
  connected = true;
  alive = true;
  nextAt: number;
  /** When Redis last took a word of it. */
  takenAt: number;
  heardAt = -Infinity;
  /** Words and answers under way. */
  #pending: { at: number; act: () => void } | undefined;

  constructor(id: string, roll: Roll, now: number, expected?: number) {
    this.id = id;
    this.roll = roll;
    this.copies = new Copies(id, expected, now);
    this.nextAt = now;
    this.takenAt = now;
  }

  step(now: number, lateMs: () => number): void {
    if (this.#pending && now >= this.#pending.at) {
      const { act } = this.#pending;
      this.#pending = undefined;
      act();
    }
    if (!this.alive || this.#pending || now < this.nextAt) return;
    this.nextAt = now + BEAT_MS;
    const said = this.copies.announce(now);
    if (!this.connected || !this.roll.up) return;
    this.#ask(said, now, lateMs);
  }

  /** The word arrives late; its answer comes later still, or not at all when the line is cut meanwhile. */
  #ask(said: Claim, askedAt: number, lateMs: () => number): void {
    const arrivesAt = askedAt + lateMs();
    this.#pending = {
      at: arrivesAt,
      act: () => {
        if (!this.roll.up) return;
        this.takenAt = arrivesAt;
        const reply = this.roll.call(this.id, said, this.copies.others(), CLOCK + arrivesAt);
        const answeredAt = arrivesAt + lateMs();
        this.#pending = {
          at: answeredAt,
          act: () => {
            if (!this.connected || answeredAt - askedAt >= 1000) return;
            this.heardAt = answeredAt;
            this.copies.hear(askedAt, said, reply);
          },
        };
      },
    };
  }
}

const kindOf = (node: Node, now: number): Mode['kind'] => node.copies.mode(now).kind;

function run(nodes: Node[], from: number, ms: number, lateMs = () => 5): number {
  for (let now = from; now < from + ms; now += 5) for (const node of nodes) node.step(now, lateMs);
  return from + ms;
}

describe('a copy that is alone', () => {
  it('shares once everybody had time to come back, and says so all the while', () => {
    const node = new Node('a', new Roll(), 0);
    let now = run([node], 0, QUIET_MS);
    expect(kindOf(node, now)).toBe('closed');
    now = run([node], now, 2 * BEAT_MS);
    expect(node.copies.mode(now)).toMatchObject({ kind: 'redis', share: 1 });
  });

  it('sends nothing while it never heard of Redis, unless it was told how many copies there are', () => {
    const [blind, told] = [new Node('a', new Roll(), 0), new Node('b', new Roll(), 0, 4)];
    for (const node of [blind, told]) node.connected = false;
    const now = run([blind, told], 0, 60_000);
    expect(kindOf(blind, now)).toBe('closed');
    expect(told.copies.mode(now)).toMatchObject({ kind: 'local', share: 1 / 4 });
  });
});

describe('copies that knew each other', () => {
  const roll = new Roll();
  const nodes = ['a', 'b', 'c'].map((id) => new Node(id, roll, 0));
  const [a, b, c] = nodes as [Node, Node, Node];
  let now = run(nodes, 0, 8_000);

  it('share, divide by three when one is cut off, and share again when it is back', () => {
    expect(nodes.map((node) => kindOf(node, now))).toEqual(['redis', 'redis', 'redis']);
    c.connected = false;
    now = run(nodes, now, 12_000);
    for (const node of nodes)
      expect(node.copies.mode(now)).toMatchObject({ kind: 'local', share: expect.closeTo(1 / 3, 6) });
    c.connected = true;
    now = run(nodes, now, 12_000);
    expect(nodes.map((node) => kindOf(node, now))).toEqual(['redis', 'redis', 'redis']);
  });

  it('count a copy that died until it is forgotten', () => {
    c.alive = false;
    now = run(nodes, now, FORGET_MS - 5_000);
    expect(a.copies.mode(now)).toMatchObject({ kind: 'local', share: expect.closeTo(1 / 3, 6) });
    now = run(nodes, now, 15_000);
    for (const node of [a, b]) expect(node.copies.mode(now)).toMatchObject({ kind: 'redis', share: 1 / 2 });
  });

  it('do not wait for a copy that said good-bye', () => {
    b.alive = false;
    roll.call('b', { stance: 'gone', share: 0 }, b.copies.others(), CLOCK + now);
    now = run(nodes, now, 2 * BEAT_MS);
    expect(a.copies.mode(now)).toMatchObject({ kind: 'redis', share: 1 });
  });
});

it('a copy that stalls does not use what it was granted before', () => {
  const roll = new Roll();
  const nodes = ['a', 'b'].map((id) => new Node(id, roll, 0));
  const now = run(nodes, 0, 8_000);
  expect(kindOf(nodes[0]!, now)).toBe('redis');
  expect(kindOf(nodes[0]!, now + LEASE_MS)).toBe('closed');
});

/** Shares that are in use at once, in parts of the limit: the whole for whoever shares, its own for each other. */
function inUse(nodes: readonly Node[], now: number): number {
  const modes = nodes.filter(({ alive }) => alive).map((node) => node.copies.mode(now));
  const shared = modes.some(({ kind }) => kind === 'redis') ? 1 : 0;
  return modes.reduce((sum, mode) => sum + (mode.kind === 'local' ? mode.share : 0), shared);
}

/** Longest that a living copy is kept from Redis in a storm, in ms: less than it takes to be forgotten. */
const LONGEST_MS = FORGET_MS - 20_000;

describe.each([1, 2, 3, 4, 5, 6])(
  'any storm of cut lines, lost keys, newcomers and deaths, seed %i',
  (seed) => {
    it('never lets the copies use more than the whole between them, and ends in sharing', () => {
      const rng = rngFromNumber(seed);
      const lateMs = () => rng.uniform() * Math.min(400, WORD_MS);
      const roll = new Roll();
      const nodes = Array.from({ length: 4 }, (_, i) => new Node(`n${i}`, roll, i * 137));
      let now = run(nodes, 0, 10_000, lateMs);
      let disturbedAt = 0;
      const isThere = (node: Node) => node.alive && node.connected && now - node.heardAt < LEASE_MS;
      /** What wipes the list or adds to it comes when somebody is there, and stays, who knows all that are not. */
      const isWitnessed = () => {
        const away = nodes.filter((node) => node.alive && !isThere(node));
        const knows = (witness: Node, { id, takenAt }: Node) =>
          (witness.copies.others().get(id)?.seenAt ?? 0) >= CLOCK + takenAt - 1;
        const witnesses = nodes.filter((node) => isThere(node) && away.every((other) => knows(node, other)));
        return now - disturbedAt > 3 * QUIET_MS && roll.up && witnesses.length > 0;
      };
      const strike = (): void => {
        if (now - disturbedAt < 3_000) return;
        const chance = rng.uniform();
        const node = nodes[Math.floor(rng.uniform() * nodes.length)] as Node;
        if (chance < 0.45) node.connected = !node.connected;
        else if (chance < 0.6) roll.up = !roll.up;
        else if (chance < 0.65 && nodes.filter(({ alive }) => alive).length > 2) node.alive = false;
        else if (chance < 0.95 && isWitnessed()) {
          disturbedAt = now;
          if (chance < 0.8 || nodes.length > 8) roll.list.clear();
          else nodes.push(new Node(`n${nodes.length}`, roll, now));
        }
      };
      let most = 0;
      const seen = new Set<string>();
      for (let storm = 0; storm < 150; storm++) {
        strike();
        for (const end = now + rng.uniform() * 6_000; now < end; now += 5) {
          for (const each of nodes) {
            if (now - each.takenAt > LONGEST_MS) roll.up = each.connected = true;
            each.step(now, lateMs);
          }
          most = Math.max(most, inUse(nodes, now));
          for (const each of nodes) seen.add(kindOf(each, now));
        }
      }
      expect(most).toBeLessThanOrEqual(1 + 1e-6);
      expect([...seen].sort()).toEqual(['closed', 'local', 'redis']);
      roll.up = true;
      for (const node of nodes) node.connected = true;
      now = run(nodes, now, FORGET_MS + 60_000, lateMs);
      const living = nodes.filter(({ alive }) => alive);
      expect(living.map((node) => kindOf(node, now))).toEqual(living.map(() => 'redis'));
    });
  },
);
