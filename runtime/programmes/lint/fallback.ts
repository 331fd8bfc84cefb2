import { defaultObjection } from '../../../core/decide/default-objection.ts';
import type { DroppedOption } from '../../../core/domain/decision.ts';
import type { Programme, Variant } from '../../../core/domain/programme.ts';
import { approvalObjection } from '../../../core/guardrails/approval.ts';
import type { Check, Finding, Seen } from './finding.ts';

const path = 'fallback';

const SILENCE = 'If nothing is to be sent then, say so ("whenAway": "silence")';

/** Somebody is waiting for it, and there is none. */
function missing({ holdout, whenAway }: Programme): Finding[] {
  const findings: Finding[] = [];
  const fix = 'Name the usual variant as fallback.';
  if (holdout?.kind === 'business-as-usual') {
    const message = 'The holdout gets business as usual, and no fallback says what that is: it gets nothing.';
    findings.push({ code: 'holdout-without-fallback', path, message, fix });
  }
  if (whenAway === 'fallback' || whenAway === 'fallback-uncapped') {
    const message = `whenAway is ${whenAway}, and no fallback says what that is: nothing is sent.`;
    findings.push({ code: 'away-without-fallback', path: 'whenAway', message, fix });
  }
  return findings;
}

/** What of a programme keeps its default from ever being sent, whoever it would be for and whenever. */
function never(programme: Programme, usual: Variant, { now }: Seen): DroppedOption | undefined {
  const always = { startsAt: undefined, endsAt: undefined };
  const { contentHash } = usual;
  const approval = { status: 'approved', contentHash, at: now, by: '' } as const;
  const live: Programme = { ...programme, ...always, status: 'live' };
  const given = { now, standings: () => 'open' as const };
  const objection = defaultObjection(live, { ...usual, ...always, approval }, given);
  // what ends with time keeps it back now, and not for ever
  return objection?.until === undefined ? objection : undefined;
}

/** What stands in when the engine cannot decide in time. */
export const fallback: Check = (programme, seen) => {
  const usual = programme.variants.find(({ id }) => id === programme.fallback);
  if (!usual) return missing(programme);
  const findings: Finding[] = [];
  const objection = approvalObjection(usual);
  if (objection) {
    const message = `The fallback ${usual.id} cannot be served: ${objection.detail}.`;
    findings.push({ code: 'fallback-not-approved', path, message, fix: 'Approve it, or name another.' });
  }
  const because = programme.whenAway === 'silence' ? undefined : never(programme, usual, seen);
  if (!because) return findings;
  const message = `When nobody can be looked up, the fallback ${usual.id} is not sent: ${because.detail} (${because.rule}).`;
  const only = never({ ...programme, whenAway: 'fallback-uncapped' }, usual, seen) === undefined;
  const fix = only
    ? `${SILENCE}; if it is to be sent though nothing is counted, that ("fallback-uncapped").`
    : `${SILENCE}; otherwise name a variant without such rules.`;
  return [...findings, { code: 'fallback-needs-person', path, message, fix }];
};
