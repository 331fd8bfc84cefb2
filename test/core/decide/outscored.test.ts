import { expect, it } from 'vitest';
import { arbitrate } from '../../../core/decide/arbitrate.ts';
import type { LiveProgramme } from '../../../core/decide/decide.ts';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Outscored } from '../../../core/decide/why/outscored.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { anyContender } from '../../support/contenders.ts';
import { live } from '../../support/decisions.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

function answerOf(lives: readonly LiveProgramme[], user = 'u'): Decision {
  const request = { programme: lives.map((own) => own.programme.id), person: { userId: user }, context: {} };
  const facts = { person: newPerson('p', [`user:${user}`]), contacts: [], sendKey: 'key', now: NOON };
  return arbitrate(request, facts, lives, 'seed').answer;
}

/** What each of the others lacked, told from the record of the answer. */
function lackedBy(answer: Decision, lives: readonly LiveProgramme[]): Outscored[] {
  const recorded = JSON.parse(JSON.stringify(answer)) as Decision;
  const own = lives.find((one) => one.programme.id === answer.programme)!;
  return explain(recorded, own, () => []).outscored ?? [];
}

/** With so many times the priority; undefined where its score does not go by that. */
function raised({ programme: own, ...live }: LiveProgramme, times: number): LiveProgramme | undefined {
  const { priority = 1, factors } = own.arbitration ?? {};
  if (factors?.priority === false) return undefined;
  return { ...live, programme: { ...own, arbitration: { ...own.arbitration, priority: priority * times } } };
}

it('tells every programme that was outscored with how much more it would have been asked, in 120 random lists', () => {
  const rng = rngFromNumber(31);
  const tried = { short: 0, equal: 0 };
  for (let round = 0; round < 120; round++) {
    const lives = Array.from({ length: 2 + (round % 4) }, (_, i) => anyContender(rng, `p${i}`).live);
    const answer = answerOf(lives, `u${round}`);
    const outscored = answer.arbitration!.filter(({ reason }) => reason === 'outscored');
    const lacked = lackedBy(answer, lives);
    expect(lacked.map((own) => own.programme)).toEqual(outscored.map((own) => own.programme));
    for (const { programme: id, score, short, by } of lacked) {
      const fate = (more: number): string | undefined => {
        const changed = lives.map((own) =>
          own.programme.id === id ? raised(own, (score + more) / score) : own,
        );
        if (score === 0 || changed.includes(undefined)) return undefined;
        const { arbitration } = answerOf(changed as LiveProgramme[], `u${round}`);
        return arbitration!.find((own) => own.programme === id)!.reason;
      };
      const now = fate(by);
      if (now === undefined) continue;
      expect(now).not.toBe('outscored');
      if (short > 0) expect(fate(0.98 * by)).toBe('outscored');
      tried[short > 0 ? 'short' : 'equal']++;
    }
  }
  expect(tried.short).toBeGreaterThan(40);
  expect(tried.equal).toBeGreaterThan(4);
});

it('says so in words, with the numbers on record, and nothing where there was nobody to lose to', () => {
  const of = (id: string, priority: number): LiveProgramme => {
    const arbitration = { priority, factors: { propensity: false } };
    return live(programme({ id, variants: [variant('a')], arbitration }));
  };
  const lives = [of('offer', 2), of('news', 1.25), of('tips', 2)];
  expect(lackedBy(answerOf(lives), lives)).toEqual([
    {
      ...{ programme: 'news', score: 1.25, short: 0.75, by: 0.751 },
      text: 'news would have been asked before offer with a score 0.751 higher: 1.25 was 0.75 short of 2',
    },
    {
      ...{ programme: 'tips', score: 2, short: 0, by: 0.002 },
      text: 'tips would have been asked before offer with a score 0.002 higher: both had 2',
    },
  ]);
  expect(lackedBy(answerOf(lives.slice(0, 1)), lives)).toEqual([]);
});
