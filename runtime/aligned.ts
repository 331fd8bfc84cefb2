export interface Alignment {
  /** What every line begins with. */
  indent?: string;
  /** Whether the last column is of words, and to the left as well. */
  words?: boolean;
}

/** Rows as text in columns: the first to the left, the others to the right. Digits of numbers are grouped. */
export function aligned(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  { indent = '', words = false }: Alignment = {},
): string {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)),
  );
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const isLeft = (i: number): boolean => i === 0 || (words && i === head.length - 1);
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (isLeft(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return cells.map((row) => `${indent}${line(row)}\n`).join('');
}
