import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { Cap, Programme } from '../../../core/domain/programme.ts';
import { valueOf } from '../../../core/maths/compensated-sum.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, NOON, programme } from '../../support/programmes.ts';
import { facts } from '../../support/store-writes.ts';
import { allStores, LOCAL_STORES } from '../../support/stores.ts';

const LIST = ['news', 'offer', 'tips'];
const of = (id: string, priority: number, changes: Partial<Programme> = {}): Programme =>
  programme({ id, arbitration: { priority }, ...changes });
const three = (changes: Partial<Programme> = {}): Programme[] => LIST.map((id, i) => of(id, i + 1, changes));
const ONE_A_DAY: Cap = { per: 'person', count: 1, hours: 24 };

const contacts = async ({ store }: EngineRig, alias = 'user:u'): Promise<number> =>
  (await facts(store, { persons: [{ aliases: [alias], sendKeys: [] }] })).contacts.length;
const sent = (decisions: Decision[]): number => decisions.filter(({ action }) => action === 'send').length;

describe.each(await allStores())('a send that three programmes want (%s)', (_, open) => {
  it('is one answer, one contact and one arm, however often and in whatever order they are named', async () => {
    const rig = await engineRig({ store: await open(), programmes: three() });
    const ask = (list: string[]) => rig.decide({ userId: 'u' }, { programme: list, send: 's' });
    const [first, ...others] = await Promise.all([ask(LIST), ask(LIST), ask([...LIST].reverse())]);
    rig.clock.now += 40 * DAY;
    await rig.catalogue.load(rig.store);
    for (const same of [...others, await ask(['tips', 'news', 'tips', 'offer'])]) expect(same).toEqual(first);
    expect(first).toMatchObject({ programme: 'tips', action: 'send', arm: 'treated' });
    const kept = (await rig.store.person('user:u'))!;
    expect(kept.decisions).toEqual([first]);
    expect(kept.person.arms).toEqual({ tips: 'treated' });
    expect(await contacts(rig)).toBe(1);
    expect((await ask(['news', 'offer'])).id).not.toBe(first.id);
  });

  it('a cap of one lets one message through to 64 callers', async () => {
    const rig = await engineRig({
      store: await open(),
      programmes: three({ guardrails: { caps: [ONE_A_DAY] } }),
    });
    const lists = [LIST, ['news', 'offer'], ['offer', 'tips'], ['news'], ['tips']];
    const callers = Array.from({ length: 64 }, (_, i) =>
      rig.decide({ userId: 'u' }, { programme: lists[i % lists.length]!, send: `send ${i}` }),
    );
    const decisions = await Promise.all(callers);
    expect(sent(decisions)).toBe(1);
    expect(await contacts(rig)).toBe(1);
    for (const { action, guardrail } of decisions) if (action === 'silence') expect(guardrail).toBe('caps');
  });

  it('what a programme was held out of counts for it, and the next one sends', async () => {
    const held: Partial<Programme> = { holdout: { kind: 'no-contact', share: 0.4 } };
    const rig = await engineRig({ store: await open(), programmes: [of('news', 1), of('offer', 2, held)] });
    const people = Array.from({ length: 200 }, (_, i) => `u${i}`);
    const answers = await Promise.all(
      people.map((userId) => rig.decide({ userId }, { programme: ['news', 'offer'], send: 's' })),
    );
    expect(sent(answers)).toBe(200);
    const next = answers.filter((d) => d.programme === 'news').length;
    expect(next).toBeGreaterThan(40);
    // an order of somebody who was held out is the holdout's
    const out = answers.find((d) => d.programme === 'news')!;
    const user = people[answers.indexOf(out)]!;
    await rig.engine.ingest([order(user)]);
    await rig.folder.catchUp();
    const { arms } = rig.catalogue.model('offer').state;
    expect([arms.holdout.persons, arms.treated.persons]).toEqual([next, 200 - next]);
    expect(valueOf(arms.holdout.sum)).toBe(1);
    expect(rig.catalogue.model('news').state.arms.treated.persons).toBe(next);
    // and is taken back with the person
    await rig.engine.erase([`user:${user}`], NOON);
    await rig.folder.catchUp();
    const after = rig.catalogue.model('offer').state.arms.holdout;
    expect([after.persons, valueOf(after.sum)]).toEqual([next - 1, 0]);
  });
});

describe.each(await allStores())('what all persons share (%s)', (_, open) => {
  it('is taken of by the answer alone, and the next programme sends when nothing is left', async () => {
    const limited = { guardrails: { caps: [{ per: 'programme' as const, count: 10, hours: 24 }] } };
    const rig = await engineRig({
      store: await open(),
      programmes: [of('news', 2), of('offer', 1, limited), of('deal', 3, limited)],
    });
    const everybody = (list: string[], send: string): Promise<Decision[]> =>
      Promise.all(
        Array.from({ length: 40 }, (_, i) => rig.decide({ userId: `u${i}` }, { programme: list, send })),
      );
    const count = (answers: Decision[], id: string): number =>
      sent(answers.filter((answer) => answer.programme === id));
    const first = await everybody(['news', 'offer', 'deal'], 'a');
    expect([count(first, 'deal'), count(first, 'news'), count(first, 'offer')]).toEqual([10, 30, 0]);
    // nothing was taken for the one that lost
    const then = await everybody(['offer', 'deal'], 'b');
    expect([count(then, 'deal'), count(then, 'offer')]).toEqual([0, 10]);
  });
});

const order = (userId: string): DomainEvent => {
  const what = { name: 'Order Completed', values: {} };
  return { type: 'signal', source: 's', id: `o ${userId}`, at: NOON + HOUR, person: { userId }, ...what };
};

describe.each(LOCAL_STORES)('competing programmes (%s)', (_, open) => {
  it('mind what the others sent, each by its own caps', async () => {
    const capped = { guardrails: { caps: [ONE_A_DAY] } };
    const often = of('news', 1, { guardrails: { caps: [{ ...ONE_A_DAY, count: 3 }] } });
    const rig = await engineRig({
      store: await open(),
      programmes: [often, of('offer', 2, capped), of('tips', 3, capped)],
    });
    const answered: string[] = [];
    for (let i = 0; i < 5; i++) {
      const { programme: id, action } = await rig.decide({ userId: 'u' }, { programme: LIST, send: `s${i}` });
      if (action === 'send') answered.push(id);
    }
    expect(answered).toEqual(['tips', 'news', 'news']);
    rig.clock.now += DAY;
    expect(await rig.decide({ userId: 'u' }, { programme: LIST, send: 'later' })).toMatchObject({
      programme: 'tips',
    });
  });

  it('that are not known are left out; without any the request is refused', async () => {
    const rig = await engineRig({ store: await open(), programmes: three() });
    const ask = (list: string[]) => rig.decide({ userId: 'u' }, { programme: list, send: 's' });
    expect(await ask(['ghost', 'news'])).toMatchObject({ programme: 'news', action: 'send' });
    await expect(ask(['ghost', 'spook'])).rejects.toMatchObject({ kind: 'rejected' });
  });

  it('share the longest of their time buckets where the platform names no send', async () => {
    const rig = await engineRig({
      store: await open(),
      programmes: [of('news', 1, { sendBucketHours: 1 }), of('offer', 2, { sendBucketHours: 12 })],
    });
    const ids = new Set<string>();
    for (const hours of [0, 1, 11, 12]) {
      rig.clock.now = NOON + hours * HOUR;
      ids.add((await rig.decide({ userId: 'u' }, { programme: ['news', 'offer'] })).id);
    }
    expect(ids.size).toBe(2);
  });

  it('are tried out without a trace in a preview', async () => {
    const rig = await engineRig({
      store: await open(),
      programmes: three({ holdout: { kind: 'no-contact', share: 0.5 } }),
    });
    for (let i = 0; i < 20; i++) {
      const made = await rig.decide({ userId: `u${i}` }, { programme: LIST, preview: true });
      expect(made.arbitration).toHaveLength(3);
    }
    expect(await rig.store.counts()).toMatchObject({ decisions: 0, persons: 0 });
  });

  it('learn from their own decisions when a person turns out to be two who were asked', async () => {
    const rig = await engineRig({
      store: await open(),
      programmes: three({ holdout: { kind: 'no-contact', share: 0.5 } }),
    });
    for (let i = 0; i < 40; i++) {
      await rig.decide({ userId: `u${i}` }, { programme: LIST, send: 's' });
      await rig.decide({ anonymousId: `a${i}` }, { programme: LIST, send: 's' });
    }
    await rig.engine.ingest(
      Array.from({ length: 40 }, (_, i) => {
        const person = { userId: `u${i}` };
        return {
          type: 'alias',
          source: 's',
          id: `l${i}`,
          at: NOON,
          person,
          previous: { anonymousId: `a${i}` },
        };
      }),
    );
    await rig.folder.catchUp();
    const persons = await Promise.all(Array.from({ length: 40 }, (_, i) => rig.store.person(`user:u${i}`)));
    for (const id of LIST) {
      const { arms } = rig.catalogue.model(id).state;
      for (const arm of ['treated', 'holdout'] as const) {
        expect(arms[arm].persons).toBe(persons.filter((found) => found!.person.arms[id] === arm).length);
      }
    }
  });
});
