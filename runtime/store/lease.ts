/** Who may do something alone, until when (ms since 1970), and the how many-th holder that is. */
export interface Lease {
  holder: string;
  epoch: number;
  until: number;
}

interface Ask {
  holder: string;
  ttlMs: number;
  now: number;
}

/** The lease as it is after somebody asked for it; undefined when another holder has it still. */
export function grant(held: Lease | undefined, { holder, ttlMs, now }: Ask): Lease | undefined {
  if (held && held.holder !== holder && held.until > now) return undefined;
  const epoch = held ? held.epoch + Number(held.holder !== holder) : 1;
  return { holder, epoch, until: now + ttlMs };
}
