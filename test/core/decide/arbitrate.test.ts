import { describe, expect, it } from 'vitest';
import { arbitrate } from '../../../core/decide/arbitrate.ts';
import type { Verdict } from '../../../core/decide/arbitrate.ts';
import type { LiveProgramme } from '../../../core/decide/decide.ts';
import { addFunnel, emptyFunnel, funnelOf } from '../../../core/decide/funnel.ts';
import { SILENCE } from '../../../core/domain/decision.ts';
import type { Arbitration, Programme } from '../../../core/domain/programme.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { anyContender, learnedFrom, scoreOf, winnerOf } from '../../support/contenders.ts';
import { decided, live } from '../../support/decisions.ts';
import { LEFT, NOON, programme, variant } from '../../support/programmes.ts';
import { surprise } from '../../support/statistics.ts';

function verdict(lives: readonly LiveProgramme[], user = 'u'): Verdict {
  const request = { programme: lives.map((own) => own.programme.id), person: { userId: user }, context: {} };
  const facts = { person: newPerson(`p ${user}`, [`user:${user}`]), contacts: [], sendKey: 'key', now: NOON };
  return arbitrate(request, facts, lives, 'seed');
}

const of = (id: string, arbitration?: Arbitration, changes: Partial<Programme> = {}): LiveProgramme =>
  live(programme({ id, variants: [variant('a')], arbitration, ...changes }));

describe('of several programmes', () => {
  it('the highest score that sends is the answer, in 2,000 random lists', () => {
    const rng = rngFromNumber(15);
    const seen = new Set<string>();
    for (let round = 0; round < 2_000; round++) {
      const some = Array.from({ length: 2 + (round % 5) }, (_, i) => anyContender(rng, `p${i}`));
      const lives = some.map((own) => own.live);
      const user = `u${round}`;
      const person = newPerson(`p ${user}`, [`user:${user}`]);
      const alone = lives.map((own) => decided(own, { person }));
      const scores = some.map((own) => scoreOf(own.live.programme, own.state));
      const { winner, asked } = winnerOf(scores, alone);
      const { answer, passed } = verdict(lives, user);
      expect({ ...answer, arbitration: undefined }).toEqual({ ...alone[winner]!, arbitration: undefined });
      expect(passed.map((own) => own.programme)).toEqual(
        asked.filter((i) => i !== winner).map((i) => `p${i}`),
      );
      for (const [i, { programme: id, reason, score }] of answer.arbitration!.entries()) {
        expect([id, score]).toEqual([`p${i}`, scores[i]?.score]);
        const silent = alone[i]!.arm === 'holdout' ? 'held-out' : 'silent';
        const spoke = alone[i]!.action === 'send' ? 'won' : silent;
        expect(reason).toBe(scores[i] === undefined ? 'guardrail' : asked.includes(i) ? spoke : 'outscored');
        seen.add(reason);
      }
    }
    expect([...seen].sort()).toEqual(['guardrail', 'held-out', 'outscored', 'silent', 'won']);
  });

  it('each option of each programme is counted once over the decisions of a send, in 2,000 random lists', () => {
    const rng = rngFromNumber(16);
    const lost = { guardrail: 0, outscored: 0 };
    for (let round = 0; round < 2_000; round++) {
      const some = Array.from({ length: 1 + (round % 6) }, (_, i) => anyContender(rng, `p${i}`));
      const lives = some.map((own) => own.live);
      const user = `u${round}`;
      const alone = lives.map((own) => decided(own, { person: newPerson(`p ${user}`, [`user:${user}`]) }));
      const { answer, passed } = verdict(lives, user);
      const all = emptyFunnel();
      for (const made of [answer, ...passed]) {
        addFunnel(all, funnelOf(made, lives.find((own) => own.programme.id === made.programme)!.programme));
      }
      const options = lives.map(({ programme: own }) => own.variants.length + (own.silence ? 1 : 0));
      const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
      expect(all.candidates).toBe(sum(options));
      const dropped = alone.flatMap((made) => made.dropped);
      expect(sum(Object.values(all.dropped))).toBe(dropped.length);
      for (const { rule } of dropped) {
        expect(all.dropped[rule]).toBe(dropped.filter((one) => one.rule === rule).length);
      }
      const asked = new Set([answer, ...passed].map((made) => made.programme));
      const open = (i: number): number => options[i]! - alone[i]!.dropped.length;
      const unasked = lives.flatMap(({ programme: own }, i) => (asked.has(own.id) ? [] : [i]));
      expect(all.lostInArbitration).toBe(sum(unasked.map(open)));
      for (const i of unasked) {
        const { reason } = answer.arbitration![i]!;
        lost[reason as 'guardrail' | 'outscored'] += open(i);
      }
      expect(sum(Object.values(all.dropped)) + all.chosen + sum(Object.values(all.notChosen))).toBe(
        all.candidates - all.lostInArbitration,
      );
    }
    expect(lost.outscored).toBeGreaterThan(500);
    expect(lost.guardrail).toBeGreaterThan(20);
  });

  it('a lever of a whole percent is exactly that factor', () => {
    for (let lever = -100; lever <= 1_000; lever++) {
      const { answer } = verdict([of('a', { lever, factors: { propensity: false } }), of('b')]);
      const written = `${Math.floor((100 + lever) / 100)}.${String((100 + lever) % 100).padStart(2, '0')}`;
      expect(answer.arbitration![0]).toMatchObject({
        score: Number(written),
        factors: { lever: Number(written) },
      });
    }
  });

  it('a factor that is switched off has no part in it', () => {
    const a = of('a', {
      priority: 9,
      value: 9,
      lever: 900,
      factors: { priority: false, value: false, lever: false },
    });
    const { answer } = verdict([a, of('b', { lever: 1 })]);
    expect(answer.programme).toBe('b');
    expect(Object.keys(answer.arbitration![0]!.factors!)).toEqual(['propensity']);
  });

  it('priority and lever help a programme of which little good is expected, too', () => {
    const bad = { goal: { signals: [LEFT] } };
    for (const arbitration of [{ priority: 2 }, { lever: 10 }, { value: 3 }]) {
      const { answer } = verdict([of('b', undefined, bad), of('a', arbitration, bad)]);
      expect(answer.programme).toBe('a');
      expect(answer.arbitration!.map(({ score }) => score)).toEqual([0, 0]);
      expect(verdict([of('a', arbitration, bad), of('b')]).answer.programme).toBe('b');
    }
  });

  it('the first of the list wins a tie', () => {
    const [a, b, c] = [of('a'), of('b'), of('c')];
    expect(verdict([b, c, a]).answer.programme).toBe('b');
    expect(verdict([c, a, b]).answer.programme).toBe('c');
  });

  it('one that guardrails leave nothing to send does not compete, and the record says why', () => {
    const paused = of('a', { priority: 100 }, { status: 'paused' });
    const { answer } = verdict([paused, of('b')]);
    expect(answer).toMatchObject({ programme: 'b', action: 'send' });
    expect(answer.arbitration![0]).toMatchObject({
      programme: 'a',
      reason: 'guardrail',
      dropped: [{ option: 'a', rule: 'dates', detail: 'programme is paused' }],
    });
    const none = verdict([paused, of('b', undefined, { status: 'draft' })]);
    expect(none).toMatchObject({
      answer: { programme: 'a', action: 'silence', guardrail: 'dates' },
      passed: [],
    });
  });

  it('the word passes on from a holdout, whose silence is a decision of its own', () => {
    const held = of('a', { priority: 100 }, { holdout: { kind: 'no-contact', share: 1 } });
    const { answer, passed } = verdict([of('b'), held]);
    expect(answer).toMatchObject({ programme: 'b', action: 'send', sendKey: 'key' });
    expect(passed).toMatchObject([{ programme: 'a', action: 'silence', reason: 'holdout', learn: false }]);
    expect(passed[0]!.sendKey).not.toBe('key');
    expect(passed[0]!.id).not.toBe(answer.id);
    // below the winner nobody is asked, whoever is held out
    expect(verdict([of('b', { priority: 200 }), held]).passed).toEqual([]);
  });

  it('a holdout that sends competes like anybody', () => {
    for (const kind of ['random', 'business-as-usual'] as const) {
      const held = of('a', { priority: 100 }, { holdout: { kind, share: 1 }, fallback: 'a' });
      expect(verdict([of('b'), held])).toMatchObject({
        answer: { programme: 'a', reason: 'holdout' },
        passed: [],
      });
    }
  });
});

describe('what arbitration leaves of chance', () => {
  const n = 20_000;
  const state = learnedFrom({ a: 4, b: 3, [SILENCE]: 3 });
  const top = programme({ id: 'top', variants: [variant('a'), variant('b')], silence: true });
  const held: Programme = {
    ...top,
    holdout: { kind: 'no-contact', share: 0.3 },
    arbitration: { priority: 9 },
  };
  const next = programme({ id: 'next', variants: [variant('x'), variant('y')], silence: true });
  const lives = [live(next, learnedFrom({ x: 2, y: 1 })), live(held, state)];
  const all = Array.from({ length: n }, (_, i) => verdict(lives, `u${i}`));
  const made = all.flatMap(({ answer, passed }) => [answer, ...passed]);

  it('within each programme options are drawn as their propensities say (p > 0.001)', () => {
    for (const id of ['top', 'next']) {
      const own = made.filter((d) => d.programme === id && d.arm === 'treated');
      expect(own.length).toBeGreaterThan(1_000);
      const cells = own[0]!.eligible.map(({ option, propensity }) => ({
        count: own.filter((d) => d.option === option).length,
        expected: own.length * propensity,
      }));
      expect(surprise(cells)).toBeLessThan(3.09);
    }
  });

  it('holdout and treated of a programme are those it would have answered, in the declared shares', () => {
    const own = made.filter((d) => d.programme === 'top');
    expect(own).toHaveLength(n);
    const out = own.filter((d) => d.arm === 'holdout').length;
    expect(Math.abs(out - 0.3 * n)).toBeLessThan(3.29 * Math.sqrt(0.21 * n));
    // the next one is asked where the first stayed silent, by chance or for the holdout, and nowhere else
    const silent = own.filter((d) => d.action === 'silence').length;
    expect(made.filter((d) => d.programme === 'next')).toHaveLength(silent);
  });

  it('a programme learns nothing from lists in which it was not asked', () => {
    const { answer, passed } = verdict([
      live(top, emptyState()),
      live({ ...next, arbitration: { priority: 9 }, silence: false }),
    ]);
    expect([answer.programme, passed]).toEqual(['next', []]);
  });
});
