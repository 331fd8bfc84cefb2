import { describe, expect, it } from 'vitest';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { remedies } from '../../../runtime/engine/remedies.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';
import { allStores } from '../../support/stores.ts';

const recorded = (decision: Decision): Decision => JSON.parse(JSON.stringify(decision)) as Decision;

describe.each(await allStores())('when what all persons share is free again (%s)', (_, open) => {
  it('names a time only where what is given back by then is enough, and otherwise what comes first', async () => {
    const cap = { per: 'programme', count: 4, hours: 24 } as const;
    const own = programme({ variants: [variant('a')], guardrails: { caps: [cap] } });
    const rig = await engineRig({ store: await open(), programmes: [own] });
    const ask = (userId: string): Promise<Decision> => rig.decide({ userId }, { send: userId });
    const count = async (most: number, version: number): Promise<void> => {
      const guardrails = { caps: [{ ...cap, count: most }] };
      await rig.store.saveProgramme({ ...own, version: version + 1, guardrails }, version, rig.clock.now);
      await rig.catalogue.load(rig.store);
    };
    const why = (decision: Decision): string | undefined =>
      explain(recorded(decision), rig.catalogue.live('welcome')!, remedies).smallestChange?.text;
    // two of one batch, and two of another, in which a third finds no room
    await Promise.all([ask('1'), ask('2')]);
    rig.clock.now = NOON + HOUR;
    const full = (await Promise.all([ask('3'), ask('4'), ask('5')])).find((d) => d.action === 'silence')!;
    expect(full.dropped[0]!.detail).toMatch(/^4 of 4 .*, next free 2026-11-24T12:00:00.000Z$/);
    expect(why(full)).toBe('a would have been chosen on tuesday 2026-11-24 12:00 UTC');
    await count(2, 1);
    const short = await ask('6');
    expect(short.dropped[0]!.detail).toMatch(/^4 of 2 .*, first given back at 2026-11-24T12:00:00.000Z$/);
    expect(short.dropped[0]!.until).toBeUndefined();
    expect(why(short)).toMatch(
      /^a would have been chosen with 3 contacts less of this programme with anybody in 24 h$/,
    );
    rig.clock.now = NOON + DAY;
    expect((await ask('7')).dropped[0]!.detail).toMatch(/^2 of 2 .*, next free 2026-11-24T13:00:00.000Z$/);
    rig.clock.now = NOON + DAY + HOUR;
    expect((await ask('8')).action).toBe('send');
  });

  it('names the time at which enough of a budget is given back, and takes back what was in the same batch', async () => {
    const variants = [variant('a', { cost: 1 }), variant('b', { cost: 4 })];
    const guardrails = { budget: { total: 6 }, releaseAfterHours: 6 };
    const rig = await engineRig({ store: await open(), programmes: [programme({ variants, guardrails })] });
    const ask = (pin: string, send: string): Promise<Decision> => rig.decide({ userId: send }, { pin, send });
    const against = ({ dropped }: Decision): string => dropped.find(({ option }) => option === 'b')!.detail;
    const first = await ask('a', '1');
    rig.clock.now = NOON + HOUR;
    await Promise.all(['2', '3', '4', '5', '6'].map((send) => ask('a', send)));
    const short = await ask('b', '7');
    expect(against(short)).toBe(
      '6 of 6 spent of the whole budget, 4 needed, first given back at 2026-11-23T18:00:00.000Z',
    );
    expect(short.dropped.find(({ option }) => option === 'a')!.detail).toMatch(
      /, next free 2026-11-23T18:00/,
    );
    const said = { type: 'signal', source: 's', id: 'e', name: 'email_aborted', values: {} } as const;
    const aborted = { ...said, at: NOON + HOUR, person: { userId: '1' }, decisionId: first.id };
    const [, then] = await Promise.all([rig.engine.ingest([aborted]), ask('b', '8')]);
    expect(against(then)).toMatch(/^5 of 6 .*, 4 needed/);
    expect(against(await ask('b', '9'))).toMatch(/, next free 2026-11-23T19:00:00.000Z$/);
    rig.clock.now = NOON + 7 * HOUR;
    expect((await ask('b', '10')).action).toBe('send');
  });
});
