/** What a proof went through, and what it found wrong; the first words of each say where. */
export interface Proof {
  counts: Record<string, number>;
  wrong: string[];
}

export const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);
