import { readFileSync } from 'node:fs';

/*
 * Loaded before the program (`node --require`), on every thread of it: its clock is off by what the file says, in ms. Time
 * that only passes (`performance.now()`) is left alone, as a clock that is set leaves it.
 */
const file = process.env.PICKWELL_CHAOS_CLOCK;
const LOOK_MS = 100;

function offset(): number {
  try {
    return Number(readFileSync(file!, 'utf8'));
  } catch {
    return 0;
  }
}

if (file !== undefined) {
  const wall = Date.now.bind(Date);
  let off = offset();
  setInterval(() => (off = offset()), LOOK_MS).unref();
  Date.now = () => wall() + off;
}
