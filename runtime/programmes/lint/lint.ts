import type { Programme } from '../../../core/domain/programme.ts';
import { approvals, channels, consent, fallback } from './channels.ts';
import { dates } from './dates.ts';
import type { Check, Finding } from './finding.ts';
import { costs } from './goal.ts';
import { caps, openTimes } from './limits.ts';
import { rules } from './rules.ts';

const CHECKS: readonly Check[] = [
  approvals,
  dates,
  rules,
  caps,
  openTimes,
  channels,
  consent,
  fallback,
  costs,
];

/** What about a programme is allowed and hardly meant, `now` being ms since 1970. */
export const lint = (programme: Programme, now: number): Finding[] =>
  CHECKS.flatMap((check) => check(programme, now));
