import { onTestFinished, vi } from 'vitest';

/**
 * Lets a test set the clock of this process, which a library may read by itself: by how many ms it is off from then on. Time
 * goes on passing.
 */
export function setClock(): (offMs: number) => void {
  const wall = Date.now.bind(Date);
  let off = 0;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => wall() + off);
  onTestFinished(() => spy.mockRestore());
  return (offMs) => void (off = offMs);
}
