export interface Cell {
  count: number;
  expected: number;
}

/**
 * How surprising counts are, as a standard normal deviate: chi-square by the cube root transformation (Wilson, Hilferty,
 * 1931). Cells that expect fewer than 5 are joined first. Above 3.09: p < 0.001.
 */
export function surprise(cells: readonly Cell[]): number {
  const sorted = [...cells].sort((a, b) => a.expected - b.expected);
  const joined: Cell[] = [];
  let open: Cell = { count: 0, expected: 0 };
  for (const { count, expected } of sorted) {
    open = { count: open.count + count, expected: open.expected + expected };
    if (open.expected >= 5) {
      joined.push(open);
      open = { count: 0, expected: 0 };
    }
  }
  if (open.expected > 0 || open.count > 0) {
    const last = joined.pop() ?? { count: 0, expected: 0 };
    joined.push({ count: last.count + open.count, expected: last.expected + open.expected });
  }
  const freedom = joined.length - 1;
  if (freedom === 0) return 0;
  const chi = joined.reduce((sum, c) => sum + (c.count - c.expected) ** 2 / c.expected, 0);
  const spread = 2 / (9 * freedom);
  return ((chi / freedom) ** (1 / 3) - (1 - spread)) / Math.sqrt(spread);
}

export const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, x) => total + x, 0);
