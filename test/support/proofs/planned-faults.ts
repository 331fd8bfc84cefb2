import type { QuietHours } from '../../../core/domain/programme.ts';
import { DAY, HOUR, MINUTE, NOON } from '../programmes.ts';
import { shownIn } from './clocks.ts';
import type { Fault } from './faults.ts';
import { guarded, withCaps, withFacts, withWrites } from './faults.ts';

const quietly = (change: (own: QuietHours) => QuietHours): Fault =>
  guarded((own) => ({ ...own, quietHours: own.quietHours && change(own.quietHours) }));

const oftener = (by: number): Fault => ({
  programme: (own) => {
    const { frequency } = own;
    return { ...own, frequency: frequency && { ...frequency, most: frequency.most + by } };
  },
});

/** What clocks are ahead of UTC on a day in winter, or in summer, as an offset. */
function offsetOf(zone: unknown): unknown {
  if (typeof zone !== 'string' || !zone.includes('/') || zone.startsWith('Mars')) return zone;
  const { minute, day } = shownIn(zone, NOON);
  const ahead = minute - 12 * 60 + ((Date.parse(day) - (NOON - 12 * HOUR)) / DAY) * 24 * 60;
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  return `${ahead < 0 ? '-' : '+'}${hours}:${String(minutes).padStart(2, '0')}`;
}

const unchanged = withFacts((facts) => ({
  ...facts,
  persons: facts.persons.map((own) => {
    const { timezone } = own.traits;
    if (!timezone) return own;
    return { ...own, traits: { ...own.traits, timezone: { ...timezone, value: offsetOf(timezone.value) } } };
  }),
}));

/** A planned message counts from when it was decided on. */
function fromDecision(): Fault {
  const decided = new Map<string, number>();
  return withWrites((writes) => {
    for (const { decision } of writes.decisions) decided.set(decision.id, decision.at);
    const contacts = writes.contacts.map((own) => ({ ...own, at: decided.get(own.decision) ?? own.at }));
    return { ...writes, contacts };
  });
}

/** By what is wrong with times. */
export const TIME_FAULTS: Readonly<Record<string, Fault>> = {
  'quiet hours end a minute early': quietly((own) => ({ ...own, to: '08:29' })),
  'a closed date is open': quietly((own) => ({ ...own, blackoutDates: undefined })),
  'a closed day is open': quietly((own) => ({ ...own, allowedDays: undefined })),
  'clocks are never changed': unchanged,
  'the zone of nobody is another': quietly((own) => ({ ...own, fallbackZone: 'Pacific/Kiritimati' })),
  'what is planned counts from the decision': fromDecision(),
  'a window of a cap is a minute short': withCaps((cap) => ({ ...cap, hours: cap.hours - MINUTE / HOUR })),
  'one more than the most that is wanted': oftener(1),
  'everybody is to have as many': {
    programme: (own) => {
      const { frequency } = own;
      return { ...own, frequency: frequency && { ...frequency, least: frequency.most } };
    },
  },
  "a machine's opens are the person's": withFacts((facts) => ({
    ...facts,
    signals: facts.signals?.map((own) => ({ ...own, machine: undefined })),
  })),
  'nothing is put off': quietly((own) => ({ ...own, defer: undefined })),
  'what is put off is put off for longer': quietly((own) => ({ ...own, deferHours: undefined })),
  'that something is put off is forgotten': withFacts((facts) => ({
    ...facts,
    decisions: facts.decisions.filter(({ retryAt }) => retryAt === undefined),
  })),
  'what was put off is never decided again': withFacts((facts) => ({
    ...facts,
    decisions: facts.decisions.map((own) => (own.retryAt ? { ...own, retryAt: own.retryAt + DAY } : own)),
  })),
  'a rest is a minute short': guarded((own) => ({
    ...own,
    restAfterSignal: own.restAfterSignal?.map((rest) => ({ ...rest, hours: rest.hours - MINUTE / HOUR })),
  })),
  'one more may be ignored': guarded((own) => {
    const { suppressAfterIgnored: ignored } = own;
    return { ...own, suppressAfterIgnored: ignored && { ...ignored, count: ignored.count + 1 } };
  }),
  'a budget is of the day of another zone': guarded((own) =>
    own.budget ? { ...own, budget: { ...own.budget, zone: 'Pacific/Kiritimati' } } : own,
  ),
  'what is never told to be sent is never released': guarded((own) => ({
    ...own,
    releaseAfterHours: undefined,
  })),
};
