import type { LedgerRow } from '../../core/contracts/records.ts';
import type { ReservationWrite } from '../../core/contracts/resources.ts';
import type { Store } from '../../core/contracts/store.ts';
import { NOON } from './programmes.ts';

const asJson = (value: unknown): string => JSON.stringify(value);
const sorted = <T>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => (asJson(a) < asJson(b) ? -1 : Number(asJson(a) > asJson(b))));

/** Everything a store tells through its port, in an order of its own making: two stores that hold the same tell the same. */
export async function everythingIn(store: Store): Promise<Record<string, unknown>> {
  const ledger = await store.ledger(1, 100_000);
  const ids = [...new Set(ledger.flatMap(({ person }) => person ?? []))].sort();
  const histories = await store.histories(ids);
  const aliases = [...new Set(histories.flatMap((history) => history.aliases))].sort();
  const persons = await Promise.all(
    aliases.map(async (alias) => [alias, await store.person(alias)] as const),
  );
  return {
    counts: await store.counts(),
    ledger,
    position: await store.position(),
    models: sorted(await store.models()),
    programmes: await store.programmes(),
    keys: await store.keys(),
    seed: await store.meta('seed', 'none'),
    outbox: await store.outboxCounts(),
    pools: await store.pools(NOON),
    taken: await store.taken(takenOf(ledger), NOON),
    histories: sorted(histories.map((history) => ordered(history))),
    persons: persons.map(([alias, found]) => [alias, found && ordered(found)]),
    decisions: await Promise.all(
      decided(ledger).map(async (id) => ordered((await store.decision(id)) ?? {})),
    ),
  };
}

const takenOf = (ledger: readonly LedgerRow[]): string[] => {
  const written = ledger.filter(({ kind }) => kind === 'reservation');
  return [...new Set(written.map(({ body }) => (JSON.parse(body!) as ReservationWrite).resource))].sort();
};

const decided = (ledger: readonly LedgerRow[]): string[] =>
  ledger.flatMap(({ kind, ref }) => (kind === 'decision' && ref !== null ? [ref] : []));

/** Lists of rows come in any order. A person's own lists do not. */
function ordered(value: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, own]: [string, unknown]) => {
      const rows = Array.isArray(own) && own.every((row) => typeof row === 'object');
      return [name, rows ? sorted(own) : own];
    }),
  );
}
