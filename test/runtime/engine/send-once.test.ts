import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import { answerOf } from '../../../core/decide/answer.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';
import { LOCAL_STORES } from '../../support/stores.ts';
import { facts } from '../../support/store-writes.ts';

const MANY = programme({
  silence: true,
  variants: Array.from({ length: 20 }, (_, i) =>
    variant(`v${i}`, { content: { subject: `Hi {{ name }}, \u2028 “${i}”`, body: '<b>{{ name }}</b>' } }),
  ),
});

const ONE = programme({ variants: [variant('a')] });
const CAPPED = programme({
  variants: [variant('a')],
  guardrails: { caps: [{ per: 'person', channel: 'email', count: 1, hours: 24 }] },
});

const alias = (person: PersonRef, previous: PersonRef, id = 'alias'): DomainEvent => {
  return { type: 'alias', source: 's', id, at: NOON, person, previous };
};

async function contacts(store: Store, ...aliases: string[]): Promise<number> {
  return (await facts(store, { persons: [{ aliases, sendKeys: [] }] })).contacts.length;
}

const sent = (decisions: Decision[]): number => decisions.filter(({ action }) => action === 'send').length;

describe.each(LOCAL_STORES)('one send (%s)', (_, open) => {
  it('is decided once, however often and at once it is asked for', async () => {
    const rig = await engineRig({ store: await open(), programmes: [MANY] });
    const asks = Array.from({ length: 50 }, () => rig.decide({ userId: 'u' }, { send: 's' }));
    const [first, ...others] = await Promise.all(asks);
    const later = await rig.decide({ userId: 'u' }, { send: 's', context: { name: 'changed meanwhile' } });
    const answer = JSON.stringify(answerOf(first!));
    for (const decision of [...others, later]) expect(JSON.stringify(answerOf(decision))).toBe(answer);
    expect(await rig.store.counts()).toMatchObject({ decisions: 1, persons: 1 });
    expect(await contacts(rig.store, 'user:u')).toBe(Number(first!.action === 'send'));
  });

  it('keeps its answer when content, model and time have moved on', async () => {
    const rig = await engineRig({ store: await open(), programmes: [MANY] });
    const before = JSON.stringify(answerOf(await rig.decide({ userId: 'u' }, { send: 's' })));
    await rig.store.saveProgramme({ ...MANY, silence: false, variants: [variant('new')] }, 1, NOON);
    await rig.catalogue.load(rig.store);
    rig.clock.now += 40 * DAY;
    await rig.folder.catchUp();
    expect(JSON.stringify(answerOf(await rig.decide({ userId: 'u' }, { send: 's' })))).toBe(before);
    expect((await rig.decide({ userId: 'u' }, { send: 's2' })).variant).toBe('new');
  });

  it('of one person is never answered to another', async () => {
    const rig = await engineRig({ store: await open(), programmes: [MANY] });
    const people = Array.from({ length: 60 }, (_, i) => `u${i % 30}`);
    const decisions = await Promise.all(
      people.map((userId) => rig.decide({ userId }, { send: 'same for all' })),
    );
    expect(new Set(decisions.map(({ id }) => id)).size).toBe(30);
    for (const [i, decision] of decisions.entries()) {
      expect(decision.person).toBe(decisions[i % 30]!.person);
      expect(decision.person).not.toBe(decisions[(i + 1) % 30]!.person);
    }
  });

  it('stays one after the person turned out to be somebody known', async () => {
    const rig = await engineRig({ store: await open(), programmes: [ONE] });
    const before = await rig.decide({ anonymousId: 'a' }, { send: 's' });
    await rig.decide({ userId: 'u' }, { send: 'other' });
    await rig.engine.ingest([alias({ userId: 'u' }, { anonymousId: 'a' })]);
    expect((await rig.decide({ userId: 'u' }, { send: 's' })).id).toBe(before.id);
    expect((await rig.decide({ userId: 'u', anonymousId: 'a' }, { send: 's' })).id).toBe(before.id);
  });

  it('stays one when that turns out in the very same batch', async () => {
    const rig = await engineRig({ store: await open(), programmes: [ONE] });
    const before = await rig.decide({ anonymousId: 'a' }, { send: 's' });
    await rig.decide({ userId: 'u' }, { send: 'other' });
    const [, known, fresh] = await Promise.all([
      rig.engine.ingest([
        alias({ userId: 'u' }, { anonymousId: 'a' }, '1'),
        alias({ userId: 'new' }, { userId: 'u' }, '2'),
      ]),
      rig.decide({ userId: 'u' }, { send: 's' }),
      rig.decide({ userId: 'new' }, { send: 's' }),
    ]);
    expect([known.id, fresh.id]).toEqual([before.id, before.id]);
  });

  it('without a name is one for each time bucket', async () => {
    const rig = await engineRig({ store: await open(), programmes: [ONE] });
    const ids = new Set<string>();
    for (const hours of [0, 1, 11, 12, 13]) {
      rig.clock.now = NOON + hours * HOUR;
      ids.add((await rig.decide({ userId: 'u' })).id);
    }
    expect(ids.size).toBe(2);
  });
});

describe.each(LOCAL_STORES)('a cap of one (%s)', (_, open) => {
  it('lets one message through to 64 callers who ask for one person under three ids', async () => {
    const rig = await engineRig({ store: await open(), programmes: [CAPPED] });
    const ids: PersonRef[] = [{ userId: 'u' }, { anonymousId: 'a' }, { email: 'U@Example.com ' }];
    await rig.engine.ingest([
      alias(ids[0]!, ids[1]!),
      {
        type: 'identify',
        source: 's',
        id: 'i',
        at: NOON,
        traits: {},
        person: { userId: 'u', email: 'u@example.com' },
      },
    ]);
    const callers = Array.from({ length: 64 }, (_, i) => rig.decide(ids[i % 3]!, { send: `send ${i}` }));
    const decisions = await Promise.all(callers);
    expect(sent(decisions)).toBe(1);
    expect(new Set(decisions.map(({ person }) => person)).size).toBe(1);
    const refused = decisions.filter(({ action }) => action === 'silence');
    for (const { reason, guardrail } of refused) expect([reason, guardrail]).toEqual(['guardrail', 'caps']);
    expect(await contacts(rig.store, 'user:u')).toBe(1);
  });

  it('keeps one counter through mergers between the decisions', async () => {
    const rig = await engineRig({ store: await open(), programmes: [CAPPED] });
    const asks: Promise<Decision>[] = [];
    const links: Promise<unknown>[] = [];
    for (let i = 0; i < 10; i++) {
      // every caller names the one before as well, so that all of them are one person in the end
      if (i > 0)
        links.push(rig.engine.ingest([alias({ userId: `u${i - 1}` }, { userId: `u${i}` }, `l${i}`)]));
      asks.push(rig.decide({ userId: `u${i}` }, { send: `s${i}` }));
    }
    const decisions = await Promise.all(asks);
    await Promise.all(links);
    expect(sent(decisions)).toBe(1);
    rig.clock.now += DAY - 1;
    expect(sent([await rig.decide({ userId: 'u4' }, { send: 'soon' })])).toBe(0);
    rig.clock.now += 1;
    expect(sent([await rig.decide({ userId: 'u4' }, { send: 'free' })])).toBe(1);
    expect(sent([await rig.decide({ userId: 'u7' }, { send: 'free 2' })])).toBe(0);
  });

  it('counts the contacts of two people who become one', async () => {
    const rig = await engineRig({ store: await open(), programmes: [CAPPED] });
    expect(sent([await rig.decide({ anonymousId: 'a' }, { send: '1' })])).toBe(1);
    rig.clock.now += HOUR;
    await rig.engine.ingest([alias({ userId: 'u' }, { anonymousId: 'a' })]);
    expect(sent([await rig.decide({ userId: 'u' }, { send: '2' })])).toBe(0);
  });

  it('counts them when they become one in the very batch that decides', async () => {
    for (const [early, late] of [
      [{ anonymousId: 'a' }, { userId: 'u' }],
      [{ userId: 'u' }, { anonymousId: 'a' }],
    ] as const) {
      const rig = await engineRig({ store: await open(), programmes: [CAPPED] });
      const people: DomainEvent[] = [early, late].map((person, i) => {
        return { type: 'identify', source: 's', id: `i${i}`, at: NOON, traits: {}, person };
      });
      await rig.engine.ingest(people);
      const [first, , second, third] = await Promise.all([
        rig.decide(early, { send: '1' }),
        rig.engine.ingest([alias({ userId: 'u' }, { anonymousId: 'a' })]),
        rig.decide(late, { send: '2' }),
        rig.decide(early, { send: '3' }),
      ]);
      expect([first, second, third].map(({ action }) => action)).toEqual(['send', 'silence', 'silence']);
      expect(rig.batches).toEqual([1, 4]);
    }
  });
});
