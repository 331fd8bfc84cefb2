import type { Programme } from '../../../core/domain/programme.ts';
import { approvals, channels, consent, spelling } from './channels.ts';
import { choices } from './choices.ts';
import { contexts } from './context.ts';
import { dates } from './dates.ts';
import { fallback } from './fallback.ts';
import type { Check, Finding, Seen } from './finding.ts';
import { costs, uncounted } from './goal.ts';
import { firstContacts } from './last-contact.ts';
import { caps, openTimes } from './limits.ts';
import { fatigues, frequencies } from './pace.ts';
import { budgets, pools, queues } from './resources.ts';
import { rules } from './rules.ts';
import { signalSpelling } from './signals.ts';
import { sleepers } from './sleepers.ts';
import { slots } from './slots.ts';
import { workspace } from './workspace.ts';

const CHECKS: readonly Check[] = [
  approvals,
  dates,
  choices,
  rules,
  firstContacts,
  contexts,
  caps,
  openTimes,
  frequencies,
  fatigues,
  budgets,
  pools,
  queues,
  channels,
  spelling,
  signalSpelling,
  consent,
  fallback,
  costs,
  uncounted,
  sleepers,
  slots,
  workspace,
];

/** What about a programme is allowed and hardly meant. */
export const lint = (programme: Programme, seen: Seen): Finding[] =>
  CHECKS.flatMap((check) => check(programme, seen));
