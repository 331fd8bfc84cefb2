import type { Told } from './arrived.ts';
import type { LinearTotal } from './blocks.ts';
import { addAll, addTotal } from './blocks.ts';
import { inLevels } from './lateness.ts';
import type { TrialFeatures } from './linear-state.ts';
import { signalOf } from './worths.ts';

interface Adding {
  by: number;
  features: TrialFeatures;
}

/** Adds what trials tell, times `by`, to what was added up. */
export function addTold(into: LinearTotal, from: LinearTotal, told: Told, { by, features }: Adding): void {
  // most blocks are old: all that comes of them has come
  if (told.signals.size === 0) return addTotal(into, from, by);
  const factor = (signal: string): number => by * (told.signals.get(signalOf(signal)) ?? 1);
  const mean = new Map<string, number>();
  addAll(into.information, from.information, by * told.trials);
  for (const [signal, response] of Object.entries(from.responses)) {
    const own = (into.responses[signal] ??= new Array<number>(response.length).fill(0));
    const late = told.late.get(signalOf(signal));
    const evened = late ? inLevels(response, late, features) : response;
    mean.set(signal, late && response[0]! > 0 ? evened[0]! / response[0]! : 1);
    addAll(own, evened, factor(signal));
  }
  for (const [pair, square] of Object.entries(from.squares)) {
    const [one, other] = JSON.parse(pair) as [string, string];
    // both have arrived about as often as the later of them
    const of = (signal: string): number => factor(signal) * (mean.get(signal) ?? 1);
    into.squares[pair] = (into.squares[pair] ?? 0) + Math.max(of(one), of(other)) * square;
  }
}
