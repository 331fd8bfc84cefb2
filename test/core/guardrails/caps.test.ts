import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contact } from '../../../core/contracts/records.ts';
import type { Cap } from '../../../core/domain/programme.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { check } from '../../../core/guardrails/check.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';

const mail = variant('mail');
const text = variant('text', { channel: 'sms' });

const contact = (at: number, channel = 'email', of = 'welcome'): Contact => ({
  person: 'p',
  at,
  decision: `dec_${at}`,
  programme: of,
  channel,
});

const cap = (count: number, hours: number, channel?: string): Cap => ({
  per: 'person',
  channel,
  count,
  hours,
});

function allowed(caps: Cap[], contacts: Contact[], now = NOON): string[] {
  const own = programme({ variants: [mail, text], guardrails: { caps } });
  return check({ programme: own, person: newPerson('p', []), contacts, now }).allowed.map(({ id }) => id);
}

describe('caps', () => {
  it('roll to the millisecond', () => {
    const once = [cap(1, 24)];
    expect(allowed(once, [contact(NOON - DAY + 1)])).toEqual([]);
    expect(allowed(once, [contact(NOON - DAY)])).toEqual(['mail', 'text']);
  });

  it('do not start anew at midnight: 23:59 and 00:01 are in one window', () => {
    const late = Date.parse('2026-11-23T23:59:00Z');
    const early = Date.parse('2026-11-24T00:01:00Z');
    expect(allowed([cap(1, 24)], [contact(late)], early)).toEqual([]);
    expect(allowed([cap(1, 24)], [contact(late)], late + DAY)).toEqual(['mail', 'text']);
  });

  it('count a channel or all, over all programmes', () => {
    const contacts = [contact(NOON - HOUR, 'email', 'another programme')];
    expect(allowed([cap(1, 24, 'email')], contacts)).toEqual(['text']);
    expect(allowed([cap(1, 24, 'sms')], contacts)).toEqual(['mail', 'text']);
    expect(allowed([cap(1, 24)], contacts)).toEqual([]);
  });

  it('hold all at once: the tightest decides', () => {
    const contacts = [contact(NOON - 2 * HOUR), contact(NOON - 3 * DAY)];
    expect(allowed([cap(3, 168), cap(1, 1)], contacts)).toEqual(['mail', 'text']);
    expect(allowed([cap(3, 168), cap(1, 3)], contacts)).toEqual([]);
    expect(allowed([cap(2, 168), cap(1, 1)], contacts)).toEqual([]);
  });

  it('say when the last of those that are full has room again', () => {
    const own = programme({ variants: [mail], guardrails: { caps: [cap(1, 24), cap(2, 168), cap(3, 48)] } });
    const contacts = [contact(NOON - 2 * HOUR), contact(NOON - 3 * HOUR)];
    const given = { programme: own, person: newPerson('p', []), contacts };
    const [dropped] = check({ ...given, now: NOON }).dropped;
    expect(dropped?.detail).toMatch(/^2 of 2 .* in 168 h, next free 2026-11-30T09:00:00.000Z$/);
    expect(check({ ...given, now: dropped!.until! - 1 }).allowed).toEqual([]);
    expect(check({ ...given, now: dropped!.until! }).allowed).toEqual([mail]);
  });

  it('of 0 let nothing pass, ever', () => {
    expect(allowed([cap(0, 24, 'email')], [])).toEqual(['text']);
  });

  it('stay closed for contacts a clock put into the future', () => {
    expect(allowed([cap(1, 24)], [contact(NOON + HOUR)])).toEqual([]);
  });

  it('count in this programme, or for each variant of it', () => {
    const own = { ...contact(NOON - HOUR), variant: 'mail' };
    const another = contact(NOON - 2 * HOUR, 'email', 'another programme');
    const per = (kind: Cap['per'], count: number): Cap => ({ per: kind, count, hours: 24 });
    expect(allowed([per('person-programme', 2)], [own, another])).toEqual(['mail', 'text']);
    expect(allowed([per('person-programme', 1)], [own, another])).toEqual([]);
    expect(allowed([per('person-variant', 1)], [own, another])).toEqual(['text']);
  });

  it('do not count what was aborted, nor a reservation after its release, unless it was sent', () => {
    const reserved = { ...contact(NOON - HOUR), releasesAt: NOON };
    const once = [cap(1, 24)];
    expect(allowed(once, [reserved], NOON - 1)).toEqual([]);
    expect(allowed(once, [reserved], NOON)).toEqual(['mail', 'text']);
    expect(allowed(once, [{ ...reserved, state: 'sent' }], NOON)).toEqual([]);
    expect(allowed(once, [{ ...reserved, state: 'aborted' }], NOON - 1)).toEqual(['mail', 'text']);
  });

  it('say that a place may be free sooner because nobody confirmed a send', () => {
    const reserved = { ...contact(NOON - HOUR), releasesAt: NOON + HOUR };
    const own = programme({ variants: [mail], guardrails: { caps: [cap(1, 24)] } });
    const { dropped } = check({
      programme: own,
      person: newPerson('p', []),
      contacts: [reserved],
      now: NOON,
    });
    expect(dropped[0]).toEqual({
      option: 'mail',
      rule: 'caps',
      detail: '1 of 1 contacts (1 not known to be sent) in 24 h, next free 2026-11-23T13:00:00.000Z',
      ...{ until: NOON + HOUR, count: 1, limit: 1, hours: 24, per: 'person' },
    });
  });

  it('never let more than `count` through any window, whenever somebody asks', () => {
    const asks = fc.array(fc.integer({ min: 0, max: 40 * HOUR }), { minLength: 20, maxLength: 60 });
    fc.assert(
      fc.property(
        asks,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        (times, count, hours) => {
          const sent: number[] = [];
          for (const at of times.sort((a, b) => a - b)) {
            const open =
              allowed(
                [cap(count, hours)],
                sent.map((t) => contact(t)),
                at,
              ).length > 0;
            const inside = sent.filter((t) => t > at - hours * HOUR).length;
            expect(open).toBe(inside < count);
            if (open) sent.push(at);
          }
        },
      ),
      { seed: 31, numRuns: 60 },
    );
  });

  it('never let more than `count` through any window, whatever is planned ahead, and say when there is room', () => {
    const hour = fc.integer({ min: 0, max: 60 });
    const plans = fc.array(fc.record({ at: hour, ahead: hour }), { minLength: 5, maxLength: 25 });
    fc.assert(
      fc.property(
        plans,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 30 }),
        (asked, count, hours) => {
          const planned: number[] = [];
          const most = (times: readonly number[]): number =>
            Math.max(0, ...times.map((end) => times.filter((t) => t > end - hours && t <= end).length));
          for (const { at, ahead } of asked) {
            const time = at + ahead;
            const fits = (t: number): boolean => most([...planned, t]) <= count;
            const own = programme({ variants: [mail], guardrails: { caps: [cap(count, hours)] } });
            const contacts = planned.map((t) => contact(NOON + t * HOUR));
            const now = NOON + time * HOUR;
            const given = { programme: own, person: newPerson('p', []), contacts, now };
            const [dropped] = check(given).dropped;
            expect(dropped === undefined).toBe(fits(time));
            if (!dropped) planned.push(time);
            const free = [...Array(200).keys()].find((later) => fits(time + 1 + later));
            if (dropped) expect(dropped.until).toBe(NOON + (time + 1 + free!) * HOUR);
          }
          expect(most(planned)).toBeLessThanOrEqual(count);
        },
      ),
      { seed: 32, numRuns: 60 },
    );
  });

  it('say when the next place is free, and it is', () => {
    const contacts = [NOON - 20 * HOUR, NOON - 10 * HOUR, NOON - HOUR].map((at) => contact(at));
    const own = programme({ variants: [mail], guardrails: { caps: [cap(2, 24)] } });
    const [dropped] = check({ programme: own, person: newPerson('p', []), contacts, now: NOON }).dropped;
    const next = dropped!.until!;
    expect(dropped!.detail).toContain(`next free ${new Date(next).toISOString()}`);
    expect(allowed([cap(2, 24)], contacts, next - 1)).toEqual([]);
    expect(allowed([cap(2, 24)], contacts, next)).toEqual(['mail', 'text']);
  });
});
