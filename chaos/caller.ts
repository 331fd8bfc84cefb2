import { HEADERS } from './copy.ts';
import type { CallKind, Cause, History } from './history.ts';

/** How often it is looked whether this process gets to run, in ms. */
const LOOK_MS = 50;

/** How long this process could not run so far, in ms: somebody else had the machine, or it was busy itself. */
class Stalls {
  #sum = 0;
  #last = performance.now();

  constructor() {
    setInterval(() => this.#look(), LOOK_MS).unref();
  }

  #look(): void {
    const now = performance.now();
    this.#sum += Math.max(0, now - this.#last - 2 * LOOK_MS);
    this.#last = now;
  }

  get ms(): number {
    return this.#sum + Math.max(0, performance.now() - this.#last - 2 * LOOK_MS);
  }
}

const stalls = new Stalls();

function causeOf(error: unknown): Cause {
  const { name, cause } = error as Error & { cause?: { code?: string } };
  if (name === 'TimeoutError') return 'no answer';
  return cause?.code === 'ECONNREFUSED' ? 'refused' : 'cut off';
}

/** What is called, and for how long an answer is waited for, in ms. */
export interface Asking {
  kind: CallKind;
  /** Address of the copy. */
  copy: string;
  path: string;
  patienceMs: number;
  body?: object;
}

/** Calls a copy and writes down what came of it; resolves with its answer, if there was one. */
export async function call(
  history: History,
  { kind, copy, path, patienceMs, body }: Asking,
): Promise<{ status: number; text: string } | undefined> {
  const [at, begun, stalled] = [Date.now(), performance.now(), stalls.ms];
  const ended = (outcome: number | Cause): void =>
    void history.calls.push({
      ...{ kind, copy, at, outcome },
      ms: performance.now() - begun,
      held: stalls.ms - stalled,
    });
  try {
    const response = await fetch(`${copy}${path}`, {
      headers: { ...HEADERS, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(patienceMs),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    ended(response.status);
    return { status: response.status, text };
  } catch (error) {
    ended(causeOf(error));
    return undefined;
  }
}
