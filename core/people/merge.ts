import type { Merge, MergedArm } from '../contracts/merge.ts';
import type { Person, Stamped, SubscriptionState } from '../domain/person.ts';

/** Which of two values of the same time counts; the same in either order, so that order of arrival never matters. */
type Tie<T> = (a: T, b: T) => T;

const larger = <T>(a: T, b: T): T => (JSON.stringify(a) >= JSON.stringify(b) ? a : b);

const closed: Tie<SubscriptionState> = (a, b) => (a === 'unsubscribed' ? a : b);

/** What both give: a clock of seconds, or one that runs ahead, must not let a yes win over the no that came after it. */
const givenByBoth: Tie<Record<string, boolean>> = (a, b) =>
  Object.fromEntries(
    Object.keys({ ...a, ...b })
      .sort()
      .map((category) => [category, a[category] === true && b[category] === true]),
  );

function newest<T>(
  a: Stamped<T> | undefined,
  b: Stamped<T> | undefined,
  tie: Tie<T>,
): Stamped<T> | undefined {
  if (!a || !b) return a ?? b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return { value: tie(a.value, b.value), at: a.at };
}

function newestOfEach<T>(
  a: Record<string, Stamped<T>>,
  b: Record<string, Stamped<T>>,
  tie: Tie<T>,
): Record<string, Stamped<T>> {
  // own values only: a trait may be called `constructor`
  const own = (record: Record<string, Stamped<T>>, key: string): Stamped<T> | undefined =>
    Object.hasOwn(record, key) ? record[key] : undefined;
  const entries = Object.keys({ ...a, ...b }).map(
    (key) => [key, newest(own(a, key), own(b, key), tie)!] as const,
  );
  return Object.fromEntries(entries);
}

/** For every trait of either its newest value, the larger serialisation on a tie. */
export const newestTraits = (a: Person['traits'], b: Person['traits']): Person['traits'] =>
  newestOfEach(a, b, larger);

/** The newer consent; of the same time, what both give. */
export const newestConsent = (a: Person['consent'], b: Person['consent']): Person['consent'] =>
  newest(a, b, givenByBoth);

/** For every channel of either its newest state; of the same time, closed if either is. */
export const newestStates = (
  a: Person['subscriptions'],
  b: Person['subscriptions'],
): Person['subscriptions'] => newestOfEach(a, b, closed);

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
    traits: newestTraits(into.traits, from.traits),
    consent: newestConsent(into.consent, from.consent),
    subscriptions: newestStates(into.subscriptions, from.subscriptions),
    arms: Object.fromEntries(arms.map((arm) => [arm.programme, arm.kept])),
  };
  return { person, merge: { into: into.id, from: from.id, at, arms } };
}
