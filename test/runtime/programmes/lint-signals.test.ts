import { expect, it } from 'vitest';
import type { SignalEvent } from '../../../core/domain/event.ts';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { NOON, ORDER, programme, variant } from '../../support/programmes.ts';
import { eventsOf, track } from '../../support/segment-events.ts';

const spellings = (own: ReturnType<typeof programme>) =>
  lint(own, { now: NOON }).filter(({ code }) => code === 'signal-spelling');

it('looks for signals by the names that a CDP is told and that are kept under others', () => {
  const own = programme({
    goal: { signals: [ORDER, { ...ORDER, signal: 'Email Link Clicked' }] },
    variants: [
      variant('a', { eligible: 'history.count("Email Opened", "30d") + history.count("Refund", "1d") < 3' }),
    ],
    guardrails: {
      caps: [
        { per: 'person', count: 3, hours: 24 },
        { per: 'person', signal: 'emailOpen', count: 3, hours: 24 },
      ],
      restAfterSignal: [
        { signal: 'complained', hours: 48 },
        { signal: 'Email Marked as Spam', hours: 48 },
      ],
      queues: { sales: { atOnce: 2, givenBackBy: ['call_completed', 'Unsubscribed'] } },
    },
  });
  const found = spellings(own).map(({ path, fix }) => [path, fix]);
  expect(found).toEqual([
    ['goal.signals.1.signal', 'Call the signal email_clicked.'],
    ['guardrails.caps.1.signal', 'Call the signal email_opened.'],
    ['guardrails.restAfterSignal.1.signal', 'Call the signal complained.'],
    ['guardrails.queues.sales.givenBackBy.1', 'Call the signal unsubscribed.'],
    ['variants.0.eligible', 'Call the signal email_opened.'],
  ]);
});

it.each(['Email Bounced', 'Email Unsubscribed', 'emailClick', 'Push Notification Tapped', 'SMS Sent'])(
  'says of %s what becomes of it',
  (signal) => {
    const [event] = eventsOf(track(signal)) as SignalEvent[];
    const own = programme({ guardrails: { restAfterSignal: [{ signal, hours: 48 }] } });
    const fixes = spellings(own).map(({ fix }) => fix);
    expect(fixes).toEqual(event!.name === signal ? [] : [`Call the signal ${event!.name}.`]);
  },
);
