/** Places of the ledger that one look at the decisions of a programme goes through at most. */
export const STRETCH = 5_000;

/** Where to go on after `rows`, of which `limit` were asked for from the places after `from`; undefined at the beginning. */
export function nextBefore(
  rows: readonly { seq: number }[],
  limit: number,
  from: number,
): number | undefined {
  if (rows.length === limit) return rows.at(-1)?.seq;
  return from > 1 ? from : undefined;
}
