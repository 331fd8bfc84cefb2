/**
 * Where in a value there is a number that is none, or beyond all numbers: its path, or nothing. JSON has `null` for such a number, which is
 * taken for 0 when it is read again.
 */
export function notFinite(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, own] of Object.entries(value)) {
    const found = notFinite(own);
    if (found !== undefined) return `${key} ${found}`;
  }
  return undefined;
}
