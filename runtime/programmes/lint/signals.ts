import type { ASTNode } from '@marcbachmann/cel-js';
import type { Programme } from '../../../core/domain/programme.ts';
import { KEPT_AS } from '../../../core/domain/spellings.ts';
import { childrenOf, environment, historyAsk } from '../../engine/cel.ts';
import type { Check } from './finding.ts';
import { placedRules } from './rules.ts';

/** Names of the signals that a rule counts. */
function countedIn(node: ASTNode): string[] {
  const ask = node.op === 'rcall' && node.args[0] === 'count' ? historyAsk('count', node.args[2]) : undefined;
  const own = typeof ask === 'object' && ask.signal !== undefined ? [ask.signal] : [];
  return [...own, ...childrenOf(node).flatMap(countedIn)];
}

/** Every name of a signal in a programme, with its place. */
function named(programme: Programme): [path: string, signal: string | undefined][] {
  const { goal, guardrails } = programme;
  const { caps = [], restAfterSignal = [], queues = {} } = guardrails;
  const listed = (path: string, all: readonly { signal?: string | undefined }[]) =>
    all.map(({ signal }, i): [string, string | undefined] => [`${path}.${i}.signal`, signal]);
  return [
    ...listed('goal.signals', goal.signals),
    ...listed('goal.limits', goal.limits ?? []),
    ...listed('guardrails.caps', caps),
    ...listed('guardrails.restAfterSignal', restAfterSignal),
    ...Object.entries(queues).flatMap(([name, { givenBackBy = [] }]) =>
      givenBackBy.map((signal, i): [string, string] => [
        `guardrails.queues.${name}.givenBackBy.${i}`,
        signal,
      ]),
    ),
    ...placedRules(programme).flatMap(({ path, text }) =>
      [...new Set(countedIn(environment.parse(text).ast))].map((signal): [string, string] => [path, signal]),
    ),
  ];
}

/** Signals by the names that platforms tell a CDP, where they are kept under another: nothing would ever count. */
export const signalSpelling: Check = (programme) =>
  named(programme).flatMap(([path, signal]) => {
    const kept = signal === undefined ? undefined : KEPT_AS.get(signal);
    if (kept === undefined) return [];
    return {
      code: 'signal-spelling',
      path,
      message: `What a CDP tells as ${signal} is kept as ${kept}: it does not count here.`,
      fix: `Call the signal ${kept}.`,
    };
  });
