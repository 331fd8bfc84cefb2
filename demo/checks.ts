import type { Aftermath } from './aftermath.ts';
import type { Campaign, Played } from './campaign.ts';
import type { Expectations } from './expectations.ts';
import { sharesOf } from './expectations.ts';
import type { FeedbackQueue, Tally } from './feedback-queue.ts';
import { BEST, CAP, SIGNALS, VARIANTS } from './programme.ts';
import type { Inbox, Recorder } from './recorder.ts';

/** One thing that has to be so, with the numbers that show it. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

export interface Evidence {
  campaign: Campaign;
  feedback: FeedbackQueue;
  recorder: Recorder;
  expected: Expectations;
  aftermath: Aftermath;
  lastWave: readonly Played[];
  /** Whether the tag that was rendered is the one that the server printed. */
  tagWasPrinted: boolean;
}

const number = (n: number): string => n.toLocaleString('en');

function equal(name: string, found: number, wanted: number): Check {
  const ok = Math.abs(found - wanted) < 1e-6;
  return { name, ok, detail: ok ? number(found) : `${number(found)} instead of ${number(wanted)}` };
}

function sameSet(name: string, found: Iterable<string>, wanted: ReadonlySet<string>): Check {
  const list = [...found];
  const set = new Set(list);
  const missing = [...wanted].filter((id) => !set.has(id)).length;
  const foreign = [...set].filter((id) => !wanted.has(id)).length;
  const twice = list.length - set.size;
  const ok = missing + foreign + twice === 0;
  const detail = `${number(missing)} missing, ${number(foreign)} foreign, ${number(twice)} twice`;
  return { name, ok, detail: ok ? number(set.size) : detail };
}

function none(name: string, found: number): Check {
  return { name, ok: found === 0, detail: found === 0 ? 'none' : number(found) };
}

function sendChecks({ campaign, expected, aftermath, tagWasPrinted }: Evidence): Check[] {
  const { played } = campaign;
  const faults = played.flatMap(({ delivered }) => delivered.faults);
  const mails = new Map<number, number>();
  for (const { send, delivered } of played) {
    if (delivered.variant !== undefined) mails.set(send.person, (mails.get(send.person) ?? 0) + 1);
  }
  const above = [...mails.values()].filter((n) => n > CAP).length;
  const closed = played.filter(
    ({ unsubscribed, delivered }) => unsubscribed && delivered.variant !== undefined,
  );
  const four = none('messages whose four parts were not of one decision', faults.length);
  return [
    {
      name: 'the tag is the text that the start printed',
      ok: tagWasPrinted,
      detail: tagWasPrinted ? 'yes' : 'no',
    },
    equal('decisions = distinct (person, send)', expected.decisions.size, expected.sends),
    sameSet(
      'decisions on the ledger = decisions answered',
      aftermath.refs.get('decision') ?? [],
      expected.decisions,
    ),
    faults.length === 0
      ? four
      : { ...four, detail: `${four.detail}: ${[...new Set(faults)].slice(0, 3).join('; ')}` },
    none('e-mails to people after their unsubscription was acknowledged', closed.length),
    none(`people with more than ${CAP} e-mails, the cap`, above),
    none('people in both arms', expected.inBothArms),
    none('previews on record', campaign.recordedPreviews),
  ];
}

function learningChecks({ expected, aftermath }: Evidence): Check[] {
  const { options, lift } = aftermath.report;
  const own = new Map(options.map((option) => [option.option, option]));
  const off = (differs: (variant: string) => boolean): string[] => VARIANTS.filter(differs);
  const trials = off((variant) => own.get(variant)?.trials !== expected.trials[variant]);
  const checks = Object.values(SIGNALS).map((signal): Check => {
    const wrong = off((v) => (own.get(v)?.signals[signal]?.count ?? 0) !== expected.signals[v]?.[signal]);
    const total = VARIANTS.reduce((sum, v) => sum + (expected.signals[v]?.[signal] ?? 0), 0);
    const name = `${signal} of every variant counted once`;
    return { name, ok: wrong.length === 0, detail: wrong.length === 0 ? number(total) : wrong.join(', ') };
  });
  const total = VARIANTS.reduce((sum, v) => sum + (expected.trials[v] ?? 0), 0);
  return [
    {
      name: "trials of every variant = the policy's decisions",
      ok: trials.length === 0,
      detail: trials.length === 0 ? number(total) : trials.join(', '),
    },
    ...checks,
    equal('persons treated', lift.treated.persons, expected.treated.persons),
    equal('persons held out', lift.holdout.persons, expected.holdout.persons),
    equal('reward per 1,000 treated', 1000 * lift.treated.mean, 1000 * expected.treated.seen),
    equal('reward per 1,000 held out', 1000 * lift.holdout.mean, 1000 * expected.holdout.seen),
  ];
}

/** The event's own id in the reference of a signal, `["source","id"]` escaped as in JSON. */
function eventId(ref: string): string {
  return (JSON.parse(JSON.parse(`"${ref}"`) as string) as [string, string])[1];
}

function feedbackChecks({ feedback, aftermath }: Evidence): Check[] {
  const one = (title: string, { expected, receipts, refusal }: Tally): Check[] => [
    equal(`${title} events accepted`, receipts.accepted, expected.accepted),
    equal(`${title} events known already`, receipts.duplicates, expected.duplicates),
    none(`${title} events rejected`, receipts.rejected),
    equal(`${title} answer to a wrong signature`, refusal, 401),
  ];
  const { sendgrid, segment } = feedback.tallies;
  const signals = (aftermath.refs.get('signal') ?? []).map(eventId);
  return [
    ...one('SendGrid', sendgrid),
    ...one('Segment', segment),
    sameSet('signals on the ledger = distinct events', signals, feedback.distinct),
    {
      name: 'the chain of the ledger',
      ok: aftermath.ledger.ok,
      detail: `${number(aftermath.ledger.rows)} rows`,
    },
  ];
}

function deliveryChecks(id: string, inbox: Inbox, { expected, aftermath }: Evidence): Check[] {
  const twice = [...inbox.acknowledged.values()].filter((times) => times > 1).length;
  const decisions = [...inbox.acknowledged.keys()].filter((message) => message.startsWith('dec_'));
  const state = aftermath.destinations.find((destination) => destination.id === id);
  return [
    sameSet(`${id}: decisions received`, decisions, expected.decisions),
    sameSet(`${id}: rewards received`, inbox.rewards, expected.rewards),
    equal(`${id}: message ids`, inbox.acknowledged.size, expected.decisions.size + expected.rewards.size),
    none(`${id}: ids acknowledged twice`, twice),
    equal(`${id}: delivered, as Pickwell says`, state?.delivered ?? 0, inbox.acknowledged.size),
    none(`${id}: dead letters`, state?.outbox.dead ?? 0),
    none(`${id}: requests with a wrong credential`, inbox.strangers),
  ];
}

function winnerChecks({ aftermath, lastWave }: Evidence): Check[] {
  const shares = Object.entries(sharesOf(lastWave)).sort((a, b) => b[1] - a[1]);
  const estimates = [...aftermath.report.options].sort((a, b) => b.estimate - a.estimate);
  const [share, estimate] = [shares[0], estimates[0]];
  return [
    {
      name: `"${BEST}" has the largest share of the last wave`,
      ok: share?.[0] === BEST,
      detail: `${share?.[0]} has ${Math.round(100 * (share?.[1] ?? 0))} %`,
    },
    {
      name: `"${BEST}" has the highest estimate`,
      ok: estimate?.option === BEST,
      detail: `${estimate?.option} has ${(100 * (estimate?.estimate ?? 0)).toFixed(2)} per 100 until windows close`,
    },
  ];
}

/** Everything that has to hold, in the order of the story. */
export function checksOf(evidence: Evidence): Check[] {
  const { recorder } = evidence;
  return [
    ...sendChecks(evidence),
    ...learningChecks(evidence),
    ...feedbackChecks(evidence),
    ...deliveryChecks('segment', recorder.segment, evidence),
    ...deliveryChecks('braze', recorder.braze, evidence),
    ...winnerChecks(evidence),
  ];
}
