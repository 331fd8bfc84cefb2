import { Agent, request } from 'node:http';
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

/** Cheaper than `fetch`, which would take the machine from those that are called. */
const agent = new Agent({ keepAlive: true });

const causeOf = ({ name, code }: NodeJS.ErrnoException): Cause =>
  name === 'AbortError' ? 'no answer' : code === 'ECONNREFUSED' ? 'refused' : 'cut off';

export interface Answered {
  status: number;
  text: string;
}

const exchange = ({ copy, path, patienceMs, body }: Asking): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const asked = request(`${copy}${path}`, {
      ...{ agent, method: body === undefined ? 'GET' : 'POST', signal: AbortSignal.timeout(patienceMs) },
      headers: { ...HEADERS, 'content-type': 'application/json' },
    });
    asked.on('error', reject).on('response', (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('error', reject)
        .on('end', () => resolve({ status: response.statusCode!, text }));
    });
    asked.end(body && JSON.stringify(body));
  });

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
export async function call(history: History, asking: Asking): Promise<Answered | undefined> {
  const { kind, copy } = asking;
  const [at, begun, stalled] = [Date.now(), performance.now(), stalls.ms];
  const ended = (outcome: number | Cause): void =>
    void history.calls.push({
      ...{ kind, copy, at, outcome },
      ms: performance.now() - begun,
      held: stalls.ms - stalled,
    });
  try {
    const answer = await exchange(asking);
    ended(answer.status);
    return answer;
  } catch (error) {
    ended(causeOf(error as NodeJS.ErrnoException));
    return undefined;
  }
}
