import { describe, expect, it } from 'vitest';
import { again, asRecorded, isComplete } from '../../../core/decide/again.ts';
import { timesAsRecorded } from '../../../core/decide/times-as-recorded.ts';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, programme, variant } from '../../support/programmes.ts';

const AHEAD: Partial<Programme> = { timing: { horizonHours: 24 }, variants: [variant('a'), variant('b')] };

const opened = (decision: Decision, userId: string, machine?: boolean): SignalEvent => ({
  ...{ type: 'signal', source: 's', id: `open ${decision.id}`, name: 'email_opened', values: {}, machine },
  ...{ at: sendTimeOf(decision) + HOUR, person: { userId }, decisionId: decision.id },
});

const hourOf = (at: number): number => new Date(at).getUTCHours();
const between = (hour: number, from: number, to: number): boolean => hour >= from && hour <= to;

/** Probability of the times whose hour of the day fits, given the variant. */
function chanceOf({ timing, at }: Decision, fits: (hour: number) => boolean): number {
  const times = timing!.steps!.map((step) =>
    step === 0 ? at : Math.ceil((at + 1) / HOUR) * HOUR + (step - 1) * HOUR,
  );
  const parts = timing!.chances!.filter((_, i) => fits(hourOf(times[i]!)));
  return parts.reduce((sum, part) => sum + part, 0) / 1e6;
}

/** Sends every two days; who gets a message in hours they like opens it often, in others seldom. */
async function campaign(
  rig: EngineRig,
  people: readonly string[],
  sends: number,
  likes: (userId: string, hour: number) => boolean,
): Promise<Decision[]> {
  const rng = rngFromNumber(5);
  const all: Decision[] = [];
  for (let send = 0; send < sends; send++) {
    const made = await Promise.all(people.map((userId) => rig.decide({ userId }, { send: `${send}` })));
    all.push(...made);
    const opens = made.flatMap((decision, i) => {
      const rate = likes(people[i]!, hourOf(sendTimeOf(decision))) ? 0.6 : 0.08;
      return rng.uniform() < rate ? [opened(decision, people[i]!)] : [];
    });
    rig.clock.now += 2 * DAY;
    await rig.engine.ingest(opens);
    await rig.folder.catchUp();
  }
  return all;
}

const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('what is learned of hours', () => {
  it('sends a newcomer when most respond', async () => {
    const rig = await engineRig({ programmes: [programme(AHEAD)] });
    const evening = (hour: number): boolean => between(hour, 18, 21);
    await campaign(rig, named('u', 36), 10, (_, hour) => evening(hour));
    const made = await rig.decide({ userId: 'newcomer' }, { preview: true });
    // a sixth of all times
    expect(chanceOf(made, evening)).toBeGreaterThan(0.6);
    const { propensity, eligible, option } = made;
    expect(propensity).toBeLessThan(eligible.find((own) => own.option === option)!.propensity);
  });

  it('sends a person with hours of their own in those', async () => {
    const rig = await engineRig({ programmes: [programme(AHEAD)] });
    const [morning, evening] = [
      (hour: number) => between(hour, 6, 9),
      (hour: number) => between(hour, 18, 21),
    ];
    const likes = (userId: string, hour: number): boolean =>
      (userId.startsWith('lark') ? morning : evening)(hour);
    await campaign(rig, [...named('owl', 15), ...named('lark', 15)], 16, likes);
    const mean = async (people: string[], fits: (hour: number) => boolean): Promise<number> => {
      const plans = await Promise.all(people.map((userId) => rig.decide({ userId }, { preview: true })));
      return plans.reduce((sum, made) => sum + chanceOf(made, fits), 0) / plans.length;
    };
    const [larks, owls] = [named('lark', 15), named('owl', 15)];
    expect(await mean(larks, morning)).toBeGreaterThan(1.5 * (await mean(larks, evening)));
    expect(await mean(owls, evening)).toBeGreaterThan(1.5 * (await mean(owls, morning)));
  });

  it('follows segments, each in its own zone', async () => {
    const own = programme({
      ...AHEAD,
      timing: { horizonHours: 24, segment: { trait: 'traits.country', values: ['DE', 'JP'] } },
    });
    const rig = await engineRig({ programmes: [own] });
    const countries = { DE: 'Europe/Berlin', JP: 'Asia/Tokyo' };
    const identify = (userId: string, country: 'DE' | 'JP') => ({
      ...{
        type: 'identify' as const,
        source: 's',
        id: `identify ${userId}`,
        at: rig.clock.now,
        person: { userId },
      },
      traits: { country, timezone: countries[country] },
    });
    const people = [...named('DE', 25), ...named('JP', 25)];
    const country = (userId: string): 'DE' | 'JP' => (userId.startsWith('DE') ? 'DE' : 'JP');
    await rig.engine.ingest(
      [...people, 'DE new', 'JP new'].map((userId) => identify(userId, country(userId))),
    );
    // Germans at 18 to 21 of their clocks, which are an hour ahead; Japanese at 6 to 9 of theirs, nine hours ahead
    const german = (hour: number): boolean => between(hour, 17, 20);
    const japanese = (hour: number): boolean => between(hour, 21, 23) || hour === 0;
    const likes = (userId: string, hour: number): boolean =>
      (country(userId) === 'DE' ? german : japanese)(hour);
    await campaign(rig, people, 10, likes);
    const found = await Promise.all(
      ['DE new', 'JP new'].map((userId) => rig.decide({ userId }, { preview: true })),
    );
    expect(chanceOf(found[0]!, german)).toBeGreaterThan(0.55);
    expect(chanceOf(found[1]!, japanese)).toBeGreaterThan(0.55);
  });

  it('is the same in any order and without duplicates, forgets exactly, and hears no machine', async () => {
    const people = named('u', 40);
    const all = async (of: readonly string[], machine?: boolean) => {
      const rig = await engineRig({ programmes: [programme(AHEAD)] });
      const made: SignalEvent[] = [];
      for (let send = 0; send < 6; send++) {
        for (const userId of of) {
          const decision = await rig.decide({ userId }, { send: `${send}` });
          if (hourOf(sendTimeOf(decision)) % 3 === 0) made.push(opened(decision, userId, machine));
        }
        rig.clock.now += 2 * DAY;
      }
      return { rig, made };
    };
    const hoursOf = ({ catalogue }: EngineRig): unknown => catalogue.model('welcome').state.hours;
    const straight = await all(people);
    await straight.rig.engine.ingest(straight.made);
    await straight.rig.folder.catchUp();
    const odd = await all(people);
    for (const event of [...odd.made].reverse()) {
      await odd.rig.engine.ingest([event, event]);
      if (event.at % 7 === 0) await odd.rig.folder.catchUp();
    }
    await odd.rig.folder.catchUp();
    expect(hoursOf(odd.rig)).toEqual(hoursOf(straight.rig));
    const some = await all(people.filter((_, i) => i % 4 !== 0));
    await some.rig.engine.ingest(some.made);
    await some.rig.folder.catchUp();
    for (const userId of people.filter((_, i) => i % 4 === 0)) {
      await odd.rig.engine.erase([`user:${userId}`], odd.rig.clock.now);
    }
    await odd.rig.folder.catchUp();
    expect(hoursOf(odd.rig)).toEqual(hoursOf(some.rig));
    expect(hoursOf(odd.rig)).not.toEqual(hoursOf(straight.rig));
    const deaf = await all(people, true);
    await deaf.rig.engine.ingest(deaf.made);
    await deaf.rig.folder.catchUp();
    expect(JSON.stringify(hoursOf(deaf.rig))).not.toMatch(/\[\d+,[1-9]/);
    expect(JSON.stringify(hoursOf(straight.rig))).toMatch(/\[\d+,[1-9]/);
  });

  it('is made anew from the record where a programme begins to plan ahead again', async () => {
    const rig = await engineRig({ programmes: [programme(AHEAD)] });
    const likes = (_: string, hour: number): boolean => hour % 2 === 0;
    await campaign(rig, named('u', 10), 3, likes);
    const before = rig.catalogue.model('welcome').state.hours;
    const save = async (changes: Partial<Programme>): Promise<void> => {
      const now = rig.catalogue.programme('welcome')!;
      await rig.store.saveProgramme({ ...now, ...changes }, now.version, rig.clock.now);
      await rig.catalogue.load(rig.store);
      await rig.decide({ userId: 'u0' }, { send: `after ${now.version}`, atOnce: true });
      await rig.folder.catchUp();
    };
    await save({ timing: undefined });
    expect(rig.catalogue.model('welcome').state.hours).toBeUndefined();
    await save({ timing: AHEAD.timing });
    const after = rig.catalogue.model('welcome').state.hours!;
    const sent = (hours: typeof before): number =>
      [...JSON.stringify(hours).matchAll(/\[(\d+),/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    // and the one decision that was made since
    expect(sent(after)).toBe(sent(before) + 1);
  });
});

describe('a planned message', () => {
  it('is recorded so that it can be made again, and told with its hour', async () => {
    const quietHours = { from: '22:00', to: '06:00', fallbackZone: 'UTC' };
    const caps = [{ per: 'person' as const, count: 2, hours: 60 }];
    const budget = { perDay: 100, zone: 'UTC' };
    const own = programme({
      variants: [variant('a', { cost: 1 }), variant('b'), variant('text', { channel: 'sms' })],
      timing: { horizonHours: 48, mostOptions: 60 },
      guardrails: { quietHours, caps, budget },
      silence: true,
    });
    const rig = await engineRig({ programmes: [own] });
    const likes = (_: string, hour: number): boolean => between(hour, 9, 12);
    const made = await campaign(rig, named('u', 15), 6, likes);
    let ahead = 0;
    for (const decision of made.map((one) => JSON.parse(JSON.stringify(one)) as Decision)) {
      if (!isComplete(decision)) throw new Error('incomplete');
      const live = rig.catalogue.live('welcome')!;
      const policy = asRecorded(decision, live.policy);
      const times = timesAsRecorded(decision, live.times!);
      const twin = again(decision, { ...live, policy, times, modelVersion: decision.modelVersion });
      const { reservations, ...kept } = decision;
      expect(JSON.parse(JSON.stringify(twin))).toEqual(kept);
      const { recomputed, summary } = explain(decision, live, () => []);
      expect(recomputed).toBe(true);
      if (decision.action === 'send') {
        const shown = new Date(sendTimeOf(decision)).toISOString().slice(0, 16).replace('T', ' ');
        expect(summary).toContain(`${shown} in UTC, ${decision.timing!.factor} times as responsive as usual`);
      }
      ahead += Number(decision.sendAt !== undefined && reservations !== null);
    }
    expect(ahead).toBeGreaterThan(40);
  });
});
