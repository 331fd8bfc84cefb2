import type { Programme } from '../../core/domain/programme.ts';

/** What a programme declares that a simulation leaves out, in words. */
export function leftOut(programme: Programme, signal: string): string[] {
  const { guardrails, variants, context = {}, policy, goal } = programme;
  const others = goal.signals.map((own) => own.signal).filter((own) => own !== signal);
  const from = Object.entries(context).flatMap(([name, own]) => (own.from === undefined ? [] : [name]));
  const dated = [programme, ...variants].some(({ startsAt, endsAt }) => startsAt ?? endsAt);
  const parts: [boolean, string][] = [
    [Object.keys(guardrails).length > 0, `guardrails (${Object.keys(guardrails).join(', ')})`],
    [variants.some(({ eligible }) => eligible !== undefined), 'rules of variants: everybody may have all'],
    [dated, 'dates'],
    [variants.some(({ slots }) => slots !== undefined), 'pieces of messages: all do as well'],
    [others.length > 0, `other signals: no ${others.join(', no ')}`],
    [from.length > 0, `what is known of a person: no ${from.join(', no ')}`],
    [policy.priorFrom !== undefined, 'priorFrom: nothing is known from other programmes'],
    [policy.recovering === true, 'recovering: everybody is asked about once'],
    [programme.fatigue !== undefined, 'fatigue'],
    [programme.frequency !== undefined, 'frequency'],
    [programme.timing !== undefined, 'timing: send times'],
  ];
  return parts.flatMap(([there, words]) => (there ? [words] : []));
}
