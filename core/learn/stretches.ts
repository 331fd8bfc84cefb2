/** Places in the ledger: those after `after`, up to `upTo`. */
export interface Stretch {
  after: number;
  upTo: number;
}

/** Most stretches that are told apart: more become one, from the first to the last of them. */
const MOST = 100;

/** The stretches with another one; in order, and none touches another. */
export function withStretch(stretches: readonly Stretch[], added: Stretch): Stretch[] {
  const joined: Stretch[] = [];
  for (const own of [...stretches, added].sort((a, b) => a.after - b.after)) {
    const last = joined.at(-1);
    if (last && own.after <= last.upTo) last.upTo = Math.max(last.upTo, own.upTo);
    else joined.push({ ...own });
  }
  return joined.length > MOST ? [{ after: joined[0]!.after, upTo: joined.at(-1)!.upTo }] : joined;
}

/** The stretches without what is in another one. */
export const withoutStretch = (stretches: readonly Stretch[], { after, upTo }: Stretch): Stretch[] =>
  stretches
    .flatMap((own) => [
      { after: own.after, upTo: Math.min(own.upTo, after) },
      { after: Math.max(own.after, upTo), upTo: own.upTo },
    ])
    .filter((own) => own.after < own.upTo);
