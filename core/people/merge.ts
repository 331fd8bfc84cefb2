import type { Merge, MergedArm } from '../contracts/merge.ts';
import type { Person, Stamped } from '../domain/person.ts';

/** The newer of two stamped values; the larger serialisation on a tie, so that order of arrival never matters. */
export function newest<T>(a: Stamped<T> | undefined, b: Stamped<T> | undefined): Stamped<T> | undefined {
  if (!a || !b) return a ?? b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return JSON.stringify(a.value) >= JSON.stringify(b.value) ? a : b;
}

/** For every key of either record its newest value. */
export function newestOfEach<T>(
  a: Record<string, Stamped<T>>,
  b: Record<string, Stamped<T>>,
): Record<string, Stamped<T>> {
  // own values only: a trait may be called `constructor`
  const own = (record: Record<string, Stamped<T>>, key: string): Stamped<T> | undefined =>
    Object.hasOwn(record, key) ? record[key] : undefined;
  const entries = Object.keys({ ...a, ...b }).map((key) => [key, newest(own(a, key), own(b, key))!] as const);
  return Object.fromEntries(entries);
}

/**
 * One person of two. Arms take the stricter side: whoever was in a holdout stays in it, so that the treated arm holds
 * nobody who was kept out.
 */
export function mergePersons(into: Person, from: Person, at: number): { person: Person; merge: Merge } {
  const arms = Object.keys({ ...into.arms, ...from.arms }).map((programme): MergedArm => {
    const [a, b] = [into.arms[programme], from.arms[programme]];
    return { programme, into: a, from: b, kept: a === 'holdout' || b === 'holdout' ? 'holdout' : 'treated' };
  });
  const person: Person = {
    id: into.id,
    members: [...into.members, ...from.members],
    aliases: [...into.aliases, ...from.aliases],
    traits: newestOfEach(into.traits, from.traits),
    consent: newest(into.consent, from.consent),
    subscriptions: newestOfEach(into.subscriptions, from.subscriptions),
    arms: Object.fromEntries(arms.map((arm) => [arm.programme, arm.kept])),
  };
  return { person, merge: { into: into.id, from: from.id, at, arms } };
}
