import type { WorkQuery } from '../../../core/contracts/records.ts';
import type { PersonId } from '../../../core/domain/person.ts';
import { Ties } from '../ties.ts';

/** What is asked about under some ids that were named together: who they are, and their sends. */
export interface Ask {
  aliases: Set<string>;
  keys: Set<string>;
}

/** The asks of a batch; those that name an id in common are one. */
export function asksOf({ persons }: WorkQuery): Ask[] {
  const ties = new Ties();
  for (const { aliases } of persons) for (const alias of aliases) ties.tie(aliases[0]!, alias);
  const asks = new Map<string, Ask>();
  for (const { aliases, sendKeys } of persons) {
    if (aliases.length === 0) continue;
    const root = ties.root(aliases[0]!);
    const ask = asks.get(root) ?? { aliases: new Set(), keys: new Set() };
    asks.set(root, ask);
    for (const alias of aliases) ask.aliases.add(alias);
    for (const key of sendKeys) ask.keys.add(key);
  }
  return [...asks.values()];
}

/**
 * The sends that were not looked for yet: an ask may be about somebody only another ask leads to, when both lead to one
 * person. `owners` are the persons each ask leads to, by its number.
 */
export function furtherSends(
  asks: readonly Ask[],
  owners: readonly ReadonlySet<PersonId>[],
): { person: PersonId; key: string }[] {
  const ties = new Ties();
  for (const [i, persons] of owners.entries()) for (const id of persons) ties.tie(`ask ${i}`, `person ${id}`);
  const groups = Map.groupBy(asks.keys(), (i) => ties.root(`ask ${i}`));
  return [...groups.values()].flatMap((group) => {
    if (group.length === 1) return [];
    const persons = new Set(group.flatMap((i) => [...owners[i]!]));
    return group.flatMap((i) =>
      [...asks[i]!.keys].flatMap((key) =>
        [...persons].filter((person) => !owners[i]!.has(person)).map((person) => ({ person, key })),
      ),
    );
  });
}
