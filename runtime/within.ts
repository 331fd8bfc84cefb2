import { Fault } from '../core/contracts/faults.ts';

export const TIMED_OUT = Symbol('timed out');

/** The promise's value, or TIMED_OUT after `ms`. */
export function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, TIMED_OUT);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: Error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** @throws Fault `unavailable` after `ms`. */
export async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  const value = await within(promise, ms);
  if (value === TIMED_OUT) throw new Fault('unavailable', `store: no answer within ${ms} ms`);
  return value;
}
