import { describe, expect, it, onTestFinished } from 'vitest';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { emptyState } from '../../../core/learn/model.ts';
import type { Report } from '../../../runtime/http/report-answer.ts';
import { report } from '../../../runtime/report/command.ts';
import { told } from '../../../runtime/report/told.ts';
import { NOON, ORDER, programme } from '../../support/programmes.ts';
import { publish, runInMemory } from '../../support/running.ts';

const OWN = programme({ policy: { kind: 'auto' } });

/** A report before anything was decided, with other numbers for some options. */
function reportOf(
  options: Record<string, Partial<Report['options'][number]>> = {},
  more: Partial<Report> = {},
): Report {
  const known = estimatesOf(OWN, emptyState(), NOON) as Report['options'];
  return {
    ...{
      programme: 'welcome',
      programmeVersion: 3,
      status: 'live',
      modelVersion: 1,
      policy: { kind: 'auto' },
    },
    options: known.map((own) => ({ ...own, ...options[own.option] })),
    delays: [{ signal: ORDER.signal, windowHours: 168, arrivals: 0, curve: [] }],
    forgetting: {},
    channels: [],
    lift: { treated: { persons: 0, mean: 0 }, holdout: { persons: 0, mean: 0 }, difference: 0 },
    funnel: {
      ...{ decisions: 0, lostSends: 0, candidates: 0, dropped: {}, chosen: 0, notChosen: {} },
      lostInArbitration: 0,
    },
    resources: [],
    ...more,
  };
}

const interval = { low: 0.02, high: 0.04, level: 0.95 };

describe('a report in a terminal', () => {
  it('has the likeliest option first, with what it earns and how many decisions say so', () => {
    const b = { trials: 1_500, share: 0.75, propensity: 0.95, estimate: 0.03, interval };
    const pending = { trials: 200, counted: 100 };
    const text = told(reportOf({ b: { ...b, pending }, a: { trials: 500, share: 0.25, propensity: 0.03 } }));
    const [first] = text.split('\n').filter((line) => /^ {2}[abc] /.test(line));
    expect(first).toMatch(/^ {2}b +75 % +95 % +1,500 +200 +3\.00 +2\.00 to 4\.00/);
    expect(text).toMatch(/^welcome, version 3, live; auto; 2,000 decisions/);
    expect(text).toMatch(/Next: b has won/);
  });

  it('says for whom an option is, and what it is to be compared with', () => {
    const eligible = { share: 0.33, instead: { option: 'b', estimate: 0.3, interval } };
    const text = told(reportOf({ a: { trials: 10, eligible } }));
    expect(text).toMatch(/^ {2}a .*for the 33 % who may have it; b earns them 30\.00$/m);
  });

  it('says how late signals come, what changed, and what was known before', () => {
    const curve = [1, 6, 24, 168].map((hours, i) => ({ hours, share: [0.1, 0.5, 0.9, 1][i]! }));
    const text = told(
      reportOf(
        { a: { prior: { by: 'id', mean: 0.1, trials: 40 } } },
        {
          delays: [{ signal: ORDER.signal, windowHours: 168, arrivals: 1_234, curve }],
          prior: { related: 0.9, sources: [{ source: 'winter', trials: 5_000 }] },
          change: { at: NOON, option: 'c', signal: ORDER.signal, factor: 0.5 },
          forgetting: { since: NOON, halfLifeDays: 3 },
          lift: {
            ...{
              treated: { persons: 900, mean: 0.05 },
              holdout: { persons: 100, mean: 0.03 },
              difference: 0.02,
            },
            interval: { low: 0.01, high: 0.03, level: 0.95 },
          },
        },
      ),
    );
    expect(text).toContain('Order Completed: 1,234 came, half within 6 h, nine of ten within 24 h.');
    expect(text).toContain('winter (5,000 trials); holds here with 90 %');
    expect(text).toContain('Order Completed comes 0.50 times as often since 2026-11-23 12:00 UTC');
    expect(text).toContain(
      'Lift: 2.00 more for each hundred people (900 people against 100 held out, with 95 % 1.00 to 3.00)',
    );
  });

  it('says which pieces do best, and what guardrails keep back', () => {
    const piece = (id: string, best: number): NonNullable<Report['pieces']>[number] => ({
      ...{
        variant: 'a',
        slot: 'cta',
        piece: id,
        trials: 9,
        effectiveTrials: 9,
        best,
        estimate: best / 10,
        interval,
      },
    });
    const funnel = {
      ...reportOf().funnel,
      decisions: 100,
      candidates: 300,
      dropped: { consent: 30, caps: 90 },
    };
    const text = told(reportOf({}, { pieces: [piece('go', 0.2), piece('start', 0.8)], funnel }));
    expect(text).toContain('Pieces of a cta: start earns 8.00, the best with 80 % (2 pieces).');
    expect(text).toContain('Kept back in the last 100 decisions, of all options: caps 30 %, consent 10 %.');
  });

  it.each([
    [reportOf({}, { status: 'draft' }), /Next: approve its variants and start it/],
    [reportOf({}, { status: 'paused' }), /Next: it is paused/],
    [reportOf(), /Next: nothing was decided yet/],
    [reportOf({ a: { trials: 5 } }), /Next: let it run/],
  ])('says what to do next (%#)', (own, next) => {
    expect(told(own)).toMatch(next);
  });
});

describe('pickwell report', () => {
  it('asks a server that is running, and says what is wrong where it cannot', async () => {
    const running = await runInMemory();
    onTestFinished(() => running.stop());
    const { name, goal, variants, status, policy, silence, sendBucketHours } = OWN;
    const id = 'offer';
    await publish(running, {
      id,
      name,
      goal,
      variants,
      status,
      policy,
      silence,
      sendBucketHours,
      guardrails: {},
    });
    for (let i = 0; i < 3; i++) await running.call('decide', `/v1/decide?programme=${id}&user=u${i}`);
    await running.folder.catchUp();
    let text = '';
    const asked = (programmeId: string, options: { key?: string; json?: boolean }): Promise<void> =>
      report(programmeId, { options: { url: running.base, ...options }, print: (more) => (text += more) });
    const key = running.key('read');
    await asked(id, { key });
    expect(text).toMatch(/^offer, version \d+, live; auto; 3 decisions learned from\n/);
    text = '';
    await asked(id, { key, json: true });
    expect((JSON.parse(text) as Report).options).toHaveLength(3);
    await expect(asked('nothing', { key })).rejects.toThrow(/\/nothing\/report: 404 No programme nothing$/);
    await expect(asked(id, {})).rejects.toThrow(/--key: a key that may read/);
  });
});
