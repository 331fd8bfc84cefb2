import { describe, expect, it } from 'vitest';
import type { DecisionFact, StoredSignal } from '../../../core/contracts/records.ts';
import { attribute, CLOCK_SKEW_MS } from '../../../core/learn/attribute.ts';
import { CLICK, DAY, HOUR, LEFT, NOON, ORDER, programme, REVENUE } from '../../support/programmes.ts';

function decision(id: string, at: number, changes: Partial<DecisionFact> = {}): DecisionFact {
  return { id, programme: 'welcome', person: 'p', at, option: 'a', arm: 'treated', learn: true, ...changes };
}

let made = 0;
function signal(at: number, changes: Partial<StoredSignal> = {}): StoredSignal {
  return { source: 'segment', id: `s${++made}`, at, name: ORDER.signal, values: {}, person: 'p', ...changes };
}

/** Decisions credited, with their worth. */
function credited(
  decisions: DecisionFact[],
  signals: StoredSignal[],
  goals = [ORDER],
): Record<string, number> {
  const credits = attribute(programme({ goal: { signals: goals } }), decisions, signals);
  return Object.fromEntries(credits.map((credit) => [credit.decision, credit.worth]));
}

const WEEK = 168 * HOUR;

describe('attribution', () => {
  it('credits the last decision before the signal', () => {
    const decisions = [decision('d1', NOON), decision('d2', NOON + DAY), decision('d3', NOON + 2 * DAY)];
    expect(credited(decisions, [signal(NOON + DAY + 1)])).toEqual({ d2: 1 });
    expect(credited([...decisions].reverse(), [signal(NOON + 3 * DAY)])).toEqual({ d3: 1 });
  });

  it('counts an order on a day on which a cap left nothing to send with that day, as for people who are held out', () => {
    const capped = [1, 2].map((n) => decision(`d${n}`, NOON + n * DAY, { option: 'silence', learn: false }));
    const orders = [0, 1, 2].map((n) => signal(NOON + n * DAY + HOUR));
    expect(credited([decision('d0', NOON), ...capped], orders)).toEqual({ d0: 1, d1: 1, d2: 1 });
  });

  it('reaches exactly as far as the window', () => {
    const only = [decision('d', NOON)];
    expect(credited(only, [signal(NOON)])).toEqual({ d: 1 });
    expect(credited(only, [signal(NOON + WEEK)])).toEqual({ d: 1 });
    expect(credited(only, [signal(NOON + WEEK + 1)])).toEqual({});
    expect(credited(only, [signal(NOON - 1)])).toEqual({});
  });

  it('of a message planned for later reaches as far from then, and counts how late it was from the decision', () => {
    const planned = decision('d', NOON, { sendAt: NOON + DAY });
    expect(credited([planned], [signal(NOON + DAY + WEEK)])).toEqual({ d: 1 });
    expect(credited([planned], [signal(NOON + DAY - 1)])).toEqual({});
    const [credit] = attribute(programme(), [planned], [signal(NOON + DAY + 2 * HOUR)]);
    expect(credit).toMatchObject({ decision: 'd', delay: 26 * HOUR });
  });

  it('has a window for each signal of the goal', () => {
    const click = signal(NOON + 73 * HOUR, { name: CLICK.signal });
    expect(credited([decision('d', NOON)], [click], [CLICK])).toEqual({});
    expect(credited([decision('d', NOON)], [signal(NOON + 73 * HOUR)], [CLICK, ORDER])).toEqual({ d: 1 });
  });

  it('credits the decision a signal names, and no other', () => {
    const decisions = [decision('d1', NOON), decision('d2', NOON + DAY)];
    expect(credited(decisions, [signal(NOON + 2 * DAY, { decisionId: 'd1' })])).toEqual({ d1: 1 });
    expect(credited(decisions, [signal(NOON + 2 * DAY, { decisionId: 'unknown' })])).toEqual({});
    expect(credited(decisions, [signal(NOON + WEEK + 1, { decisionId: 'd1' })])).toEqual({});
  });

  it('lets a signal that names its decision be up to a day too early, for the clocks of others', () => {
    const only = [decision('d', NOON)];
    expect(credited(only, [signal(NOON - CLOCK_SKEW_MS, { decisionId: 'd' })])).toEqual({ d: 1 });
    expect(credited(only, [signal(NOON - CLOCK_SKEW_MS - 1, { decisionId: 'd' })])).toEqual({});
  });

  it('credits the send a signal belongs to, and nothing for the sends of other tools', () => {
    const decisions = [decision('d1', NOON, { send: 'm1' }), decision('d2', NOON + HOUR, { send: 'm2' })];
    expect(credited(decisions, [signal(NOON + DAY, { send: 'm1' })])).toEqual({ d1: 1 });
    expect(credited(decisions, [signal(NOON + DAY, { send: 'newsletter' })])).toEqual({});
  });

  it('never credits a machine, not even for a decision it names', () => {
    const robots = [
      signal(NOON + 1, { machine: true }),
      signal(NOON + 1, { machine: true, decisionId: 'd' }),
    ];
    expect(credited([decision('d', NOON)], robots)).toEqual({});
  });

  it('T4: counts an order once, whoever reports it how often, by its earliest report', () => {
    const decisions = [decision('d1', NOON), decision('d2', NOON + DAY)];
    const reports = [
      signal(NOON + DAY + HOUR, { orderId: 'o', source: 'braze', values: { revenue: 500 } }),
      signal(NOON + HOUR, { orderId: 'o', values: { revenue: 100 } }),
      signal(NOON + 2 * HOUR, { orderId: 'o', values: { revenue: 400 } }),
    ];
    for (const order of [reports, [...reports].reverse()]) {
      expect(credited(decisions, order, [REVENUE])).toEqual({ d1: 0.2 });
    }
  });

  it('does not let a machine report hide the real one, nor one signal hide another of the same order', () => {
    const only = [decision('d', NOON)];
    const machine = signal(NOON + 1, { orderId: 'o', machine: true });
    expect(credited(only, [machine, signal(NOON + 2, { orderId: 'o' })])).toEqual({ d: 1 });
    const refund = signal(NOON + 2, { orderId: 'o', name: 'Order Refunded' });
    const goals = [ORDER, { ...LEFT, signal: 'Order Refunded' }];
    const credits = attribute(programme({ goal: { signals: goals } }), only, [
      signal(NOON + 1, { orderId: 'o' }),
      refund,
    ]);
    expect(credits.map((credit) => [credit.signal, credit.worth]).sort()).toEqual([
      ['Order Completed', 1],
      ['Order Refunded', 1],
    ]);
  });

  describe('of an order that is taken back', () => {
    const [d1, d2] = [decision('d1', NOON), decision('d2', NOON + DAY)];
    const order = signal(NOON + HOUR, { orderId: 'o', values: { revenue: 100, margin: 20 } });
    const back = (revenue: number | undefined, changes: Partial<StoredSignal> = {}): StoredSignal =>
      signal(NOON + 60 * DAY, {
        ...{ orderId: 'o', name: 'Order Refunded', values: revenue === undefined ? {} : { revenue } },
        ...changes,
      });

    it('is nothing left, whichever decision it was of and however late', () => {
      for (const reversal of [back(100), back(undefined), back(undefined, { name: 'Order Cancelled' })]) {
        for (const signals of [
          [order, reversal],
          [reversal, order],
        ]) {
          expect(credited([d1, d2], signals)).toEqual({});
          expect(credited([d1, d2], signals, [REVENUE])).toEqual({});
        }
      }
      // clocks differ: which came first does not matter
      expect(credited([d1, d2], [order, back(100, { at: NOON })])).toEqual({});
    });

    it('is what is left of its value, and an order until all of it is gone', () => {
      const left = (...reversals: StoredSignal[]): unknown[] => [
        credited([d1, d2], [order, ...reversals], [REVENUE]).d1,
        credited([d1, d2], [order, ...reversals]).d1,
        credited([d1, d2], [order, ...reversals], [{ ...REVENUE, value: 'margin', cap: 100 }]).d1,
      ];
      expect(left()).toEqual([0.2, 1, 0.2]);
      expect(left(back(25))).toEqual([0.15, 1, 0.15]);
      expect(left(back(25), back(25))).toEqual([0.1, 1, 0.1]);
      expect(left(back(-25))).toEqual([0.15, 1, 0.15]);
      expect(left(back(60), back(60))).toEqual([undefined, undefined, undefined]);
      expect(left(back(33.3), back(33.3), back(33.4))).toEqual([undefined, undefined, undefined]);
    });

    it('is taken back once, whoever tells of it', () => {
      const told = [back(25), back(25, { source: 'braze' }), back(20, { source: 'braze' })];
      expect(credited([d1], [order, ...told], [REVENUE]).d1).toBeCloseTo(0.11, 12);
    });

    it('takes no complaint about it with it, whatever the goal counts that for', () => {
      const goals = [ORDER, { ...LEFT, signal: 'Ticket Opened' }, { ...ORDER, signal: 'purchase' }];
      const named = (name: string) => signal(NOON + HOUR, { name, orderId: 'o' });
      const told = [order, named('Ticket Opened'), named('purchase')];
      const names = (signals: StoredSignal[]): string[] =>
        attribute(programme({ goal: { signals: goals } }), [d1], signals).map((credit) => credit.signal);
      expect(names(told).sort()).toEqual(['Order Completed', 'Ticket Opened', 'purchase']);
      expect(names([...told, back(100)])).toEqual(['Ticket Opened']);
    });

    it('is gone when one who tells of it says so, also where another adds the shipping to it', () => {
      const shipped = signal(NOON + HOUR, { orderId: 'o', source: 'braze', values: { revenue: 108 } });
      for (const orders of [
        [order, shipped],
        [{ ...shipped, at: NOON + 1 }, order],
      ]) {
        expect(credited([d1], [...orders, back(100)])).toEqual({});
        // who does not say what it was worth is asked of nothing where another does
        const silent = signal(NOON + 1, { orderId: 'o', source: 'another' });
        expect(credited([d1], [silent, ...orders, back(50)])).toEqual({ d1: 1 });
      }
    });

    it('is left alone by what names no order, or another one', () => {
      for (const orderId of [undefined, 'another'])
        expect(credited([d1], [order, back(100, { orderId })])).toEqual({ d1: 1 });
      const unnamed = signal(NOON + HOUR);
      expect(credited([d1], [unnamed, back(100, { orderId: undefined })])).toEqual({ d1: 1 });
    });
  });

  it('adds values up to the cap, and takes no negative, missing or absurd ones', () => {
    const only = [decision('d', NOON)];
    const worth = (...revenues: number[]): number | undefined =>
      credited(
        only,
        revenues.map((revenue) => signal(NOON + 1, { values: { revenue } })),
        [REVENUE],
      ).d;
    expect(worth(100, 150)).toBe(0.5);
    expect(worth(400, 400)).toBe(1);
    expect(worth(1e12)).toBe(1);
    expect(worth(-50)).toBeUndefined();
    expect(worth(-50, 100)).toBe(0.2);
    expect(credited(only, [signal(NOON + 1)], [REVENUE])).toEqual({});
  });

  it('counts a signal without a value once for each decision, however often it comes', () => {
    const clicks = [1, 2, 3].map((ms) => signal(NOON + ms, { name: CLICK.signal }));
    expect(credited([decision('d', NOON)], clicks, [CLICK])).toEqual({ d: 1 });
  });

  it('looks at its own programme and its own signals only', () => {
    const decisions = [decision('d1', NOON), decision('d2', NOON + 1, { programme: 'other' })];
    expect(credited(decisions, [signal(NOON + 2)])).toEqual({ d1: 1 });
    expect(credited(decisions, [signal(NOON + 2, { name: 'Page Viewed' })])).toEqual({});
  });

  it('credits silence and holdouts as well: what happens anyway is what lift is measured against', () => {
    const held = decision('d', NOON, { option: 'silence', arm: 'holdout', learn: false });
    expect(credited([held], [signal(NOON + 1)])).toEqual({ d: 1 });
  });

  describe('of what does not count for silence', () => {
    const own = { ...ORDER, silence: false };
    const sent = decision('sent', NOON);
    const silent = decision('silent', NOON + DAY, { option: 'silence' });
    const order = signal(NOON + 2 * DAY);

    it('goes to the message before it, where everything else goes to the silence', () => {
      expect(credited([sent, silent], [order])).toEqual({ silent: 1 });
      expect(credited([sent, silent], [order], [own])).toEqual({ sent: 1 });
      expect(credited([silent, { ...sent, at: NOON + DAY + HOUR }], [order], [own])).toEqual({ sent: 1 });
    });

    it('stays with the silence where no message is inside the window, for its arm did it', () => {
      expect(credited([silent], [order], [own])).toEqual({ silent: 1 });
      expect(credited([{ ...sent, at: NOON - WEEK }, silent], [order], [own])).toEqual({ silent: 1 });
    });

    it('goes to a decision that it names, silence or not', () => {
      const named = signal(NOON + 2 * DAY, { decisionId: 'silent' });
      expect(credited([sent, silent], [named], [own])).toEqual({ silent: 1 });
    });
  });
});
