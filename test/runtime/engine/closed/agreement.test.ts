import { expect, it } from 'vitest';
import type { DomainEvent } from '../../../../core/domain/event.ts';
import type { PersonRef } from '../../../../core/domain/person.ts';
import { rngFromNumber } from '../../../../core/maths/xoshiro.ts';
import { toAliases } from '../../../../runtime/engine/asked.ts';
import { engineRig } from '../../../support/engine-rig.ts';
import { HOUR, programme, variant } from '../../../support/programmes.ts';

const STEPS = 6_000;
const PEOPLE = 60;
const CHANNELS = ['email', 'sms'] as const;
const OWN = programme({ variants: [variant('email'), variant('sms', { channel: 'sms' })] });

it('never says open of somebody whom the full engine sends nothing, whatever ids people share and are asked for by', async () => {
  const rng = rngFromNumber(25);
  const below = (n: number): number => Math.floor(rng.uniform() * n);
  const pick = <T>(of: readonly T[]): T => of[below(of.length)]!;
  const rig = await engineRig({ programmes: [OWN] });
  let number = 0;

  /** One to three ids; devices and addresses are shared by people who are not the same. */
  const somebody = (): PersonRef => {
    const who = below(PEOPLE);
    const ids: PersonRef = {
      userId: `u${who}`,
      anonymousId: `a${Math.floor(who / 2) + below(2)}`,
      email: `m${Math.floor(who / 3)}@example.com`,
    };
    const names = (['userId', 'anonymousId', 'email'] as const).filter(() => below(2) === 0);
    const kept = names.length > 0 ? names : [pick(['userId', 'anonymousId', 'email'] as const)];
    return Object.fromEntries(kept.map((name) => [name, ids[name]]));
  };
  const event = (): DomainEvent => {
    const at = rig.clock.now - below(HOUR);
    const base = { source: 's', id: `e${++number}`, at, person: somebody() };
    const kind = below(100);
    if (kind < 60) {
      const state = pick(['subscribed', 'unsubscribed'] as const);
      return { ...base, type: 'subscription', channel: pick(CHANNELS), state };
    }
    if (kind < 68) return { ...base, type: 'delete' };
    if (kind < 75) return { ...base, type: 'alias', previous: somebody() };
    return { ...base, type: 'identify', traits: {} };
  };

  const counts = { closed: 0, open: 0, overcautious: 0 };
  for (let step = 0; step < STEPS; step++) {
    rig.clock.now += 1_000;
    if (step % 2 === 0) await rig.engine.ingest(Array.from({ length: 1 + below(3) }, event));
    const person = somebody();
    const standings = rig.closed.standings(toAliases(person));
    const said = new Map(CHANNELS.map((channel) => [channel as string, standings(channel)]));
    const { dropped } = await rig.decide(person, { send: `s${step}` });
    for (const channel of CHANNELS) {
      const closed = dropped.some(({ option, rule }) => option === channel && rule === 'consent');
      counts[closed ? 'closed' : 'open']++;
      if (closed) expect([person, channel, said.get(channel)]).toEqual([person, channel, 'closed']);
      else counts.overcautious += Number(said.get(channel) === 'closed');
    }
    // what the decision itself joined is read by whoever reads next
    await rig.closed.settled;
  }
  expect(counts.closed).toBeGreaterThan(STEPS / 4);
  expect(counts.open).toBeGreaterThan(STEPS / 8);
  // several ids of which one is closed: the engine may find that they are of different people
  expect(counts.overcautious).toBeLessThan(counts.open / 2);
});
