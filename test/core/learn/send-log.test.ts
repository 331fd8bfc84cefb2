import { describe, expect, it } from 'vitest';
import type { LoggedSend } from '../../../core/learn/send-log.ts';
import { readSendLog } from '../../../core/learn/send-log.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { CONTEXT, programme } from '../../support/programmes.ts';

const OPTIONS = ['a', 'b'];
const PROGRAMME = programme({ ...CONTEXT, policy: { kind: 'auto' } });

interface Habits {
  sends?: number;
  /** How likely a is sent to people on each plan. */
  a: Record<string, number>;
  known: boolean;
}

/** People on pro order five times as often, whatever they get; a is the better option by a half. */
function log({ sends = 20_000, a, known }: Habits): LoggedSend[] {
  const rng = rngFromNumber(5);
  return Array.from({ length: sends }, () => {
    const plan = rng.uniform() < 0.5 ? 'pro' : 'free';
    const likely = a[plan]!;
    const option = rng.uniform() < likely ? 'a' : 'b';
    const rate = (plan === 'pro' ? 0.1 : 0.02) * (option === 'a' ? 1.5 : 1);
    const reward = rng.uniform() < rate ? 1 : 0;
    const propensity = option === 'a' ? likely : 1 - likely;
    return { option, context: { plan }, reward, ...(known && { propensity }) };
  });
}

describe('a send log', () => {
  it.each([true, false])('is corrected for what was sent to whom, propensities known: %s', (known) => {
    // b went to those who order anyway
    const sends = log({ a: { free: 0.9, pro: 0.2 }, known });
    const plain = OPTIONS.map((option) => {
      const own = sends.filter((send) => send.option === option);
      return own.reduce((sum, { reward }) => sum + reward, 0) / own.length;
    });
    expect(plain[0]).toBeLessThan(plain[1]!);
    const { options, refused, guessed } = readSendLog(PROGRAMME, OPTIONS, sends);
    expect({ refused, guessed }).toEqual({ refused: undefined, guessed: !known });
    // half of the people on either plan
    expect(Math.abs(options[0]!.mean - 0.09)).toBeLessThan(0.015);
    expect(Math.abs(options[1]!.mean - 0.06)).toBeLessThan(0.015);
    for (const { sends: own, effective } of options) expect(effective).toBeLessThan(own);
  });

  it('says nothing of an option that was never sent to one kind of people, or never at all', () => {
    const { options, refused, prior } = readSendLog(
      PROGRAMME,
      ['a', 'b', 'c'],
      log({ a: { free: 0.5, pro: 0 }, known: false }),
    );
    expect(options.map(({ unknown }) => unknown)).toEqual([
      expect.stringMatching(/never sent in the context of 5\d % of the sends/),
      undefined,
      'it was never sent',
    ]);
    expect(refused).toMatch(/at least two options/);
    expect(Object.keys(prior)).toEqual(['b']);
  });

  it('is refused where by its own propensities nobody could have got another option', () => {
    const certain = log({ a: { free: 0.5, pro: 0.5 }, known: false }).map((own) => ({
      ...own,
      propensity: 1,
    }));
    const { options, refused } = readSendLog(PROGRAMME, OPTIONS, certain);
    const half = expect.stringMatching(/^by its propensities it could not have been sent to (49|50|51) % of/);
    expect(options.map(({ unknown }) => unknown)).toEqual([half, half]);
    expect(refused).toMatch(/at least two options/);
  });

  it('is refused where it is small', () => {
    const { refused } = readSendLog(
      PROGRAMME,
      OPTIONS,
      log({ sends: 150, a: { free: 0.5, pro: 0.5 }, known: true }),
    );
    expect(refused).toMatch(/counts as \d+ sends, 200 are needed/);
  });

  it('does not let one unlikely send speak for hundreds', () => {
    const sends = log({ a: { free: 0.5, pro: 0.5 }, known: true });
    const rare = { option: 'a', context: { plan: 'pro' }, reward: 1, propensity: 1e-6 };
    const [without, withIt] = [sends, [...sends, rare]].map((all) => readSendLog(PROGRAMME, OPTIONS, all));
    expect(withIt!.clipped).toBe(1);
    expect(Math.abs(withIt!.options[0]!.mean - without!.options[0]!.mean)).toBeLessThan(0.005);
  });
});
