import type { History } from '../core/contracts/records.ts';
import type { Store } from '../core/contracts/store.ts';
import type { Programme } from '../core/domain/programme.ts';
import type { ModelState } from '../core/learn/model.ts';
import { fold } from '../core/learn/fold.ts';
import { learnsContext } from '../core/learn/linear-state.ts';
import { learned } from '../test/support/model-states.ts';

const PEOPLE_AT_ONCE = 500;

/** What is learned, and what a fold of the whole ledger from nothing learns; equal, or somebody was counted twice or not at all. */
export async function refold(
  store: Store,
  persons: readonly string[],
): Promise<{ kept: string; anew: string }> {
  const programmes = await store.programmes();
  const contextual = programmes.filter(learnsContext).map(({ id }) => id);
  const histories: History[] = [];
  for (let from = 0; from < persons.length; from += PEOPLE_AT_ONCE) {
    const some = await store.histories(persons.slice(from, from + PEOPLE_AT_ONCE), undefined, contextual);
    histories.push(...some.map((history) => ({ ...history, credits: [], rewards: [] })));
  }
  const once = [...new Map(histories.map((history) => [history.person, history])).values()];
  const chunk = await store.readLedger(0, 1e9, contextual);
  const { states } = fold({
    ...{ expected: 0, chunk, histories: once, programmes, states: new Map(), now: 0 },
    route: () => [],
  });
  const kept = new Map(
    (await store.models()).map(({ programme, state }) => [programme, JSON.parse(state) as ModelState]),
  );
  const own = new Map(programmes.map((programme) => [programme.id, programme]));
  const text = (of: ReadonlyMap<string, ModelState>): string =>
    JSON.stringify(
      [...of].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, state]) => [id, rounded(own.get(id)!, state)]),
    );
  return { kept: text(kept), anew: text(states) };
}

/** Counts as they are, sums to 1e-9: they are added up in another order. */
function rounded(programme: Programme, state: ModelState): object {
  const { counts, sums } = learned(state, programme);
  const near = Object.entries(sums).flatMap(([name, sum]) =>
    Math.abs(sum) < 1e-9 ? [] : [[name, Number(sum.toPrecision(9))] as const],
  );
  return { counts, sums: Object.fromEntries(near.sort()) };
}
