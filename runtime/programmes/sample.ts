import type { ProgrammeInput } from './schema.ts';

/** The programme a fresh installation starts with, ready to be called and to be changed. */
export const SAMPLE: ProgrammeInput = {
  id: 'welcome',
  name: 'Welcome e-mail',
  status: 'live',
  goal: {
    signals: [
      { signal: 'Order Completed', weight: 1, windowHours: 168 },
      { signal: 'unsubscribed', weight: -1, windowHours: 168 },
    ],
  },
  variants: [
    email('warm', "Welcome, {{ first_name | default: 'there' }}", 'Good to have you with us.', 'Take a look'),
    email('three-things', 'Three things to try first', 'Most people start with one of these.', 'Show me'),
    email('offer', 'A little something to start with', 'Ten percent off your first order.', 'Use my 10 %'),
    email('proof', 'Why people stay with us', 'What others made in their first week.', 'Read their stories'),
    email('short', 'You are in', 'That is all. Have fun.', 'Start'),
  ],
  silence: false,
  policy: { kind: 'weighted-thompson', floor: 0.01 },
  holdout: { kind: 'no-contact', share: 0.1 },
  guardrails: { caps: [{ per: 'person', channel: 'email', count: 3, hours: 168 }] },
  sendBucketHours: 24,
};

function email(id: string, subject: string, body: string, cta: string): ProgrammeInput['variants'][number] {
  return { id, channel: 'email', content: { subject, preheader: body, body: `<p>${body}</p>`, cta } };
}
