/** What one client was told. */
export interface Told {
  user: string;
  body: string;
}

/** Asks for decisions of new people, some at a time, until it is stopped; remembers every answer and every failure. */
export class Clients {
  readonly told: Told[] = [];
  readonly failures: string[] = [];
  readonly #work = new AbortController();
  readonly #running: Promise<void>[];

  constructor(base: string, key: string, count: number) {
    this.#running = Array.from({ length: count }, (_, i) => this.#ask(base, key, i));
  }

  async #ask(base: string, key: string, client: number): Promise<void> {
    for (let n = 0; !this.#work.signal.aborted; n++) {
      const user = `u${client}-${n}`;
      const answer = await decide(base, key, user);
      if (answer.status === 200) this.told.push({ user, body: answer.body });
      else this.failures.push(`${answer.status} ${answer.body}`);
    }
  }

  async stop(): Promise<void> {
    this.#work.abort();
    await Promise.all(this.#running);
  }
}

export async function decide(
  base: string,
  key: string,
  user: string,
): Promise<{ status: number; body: string }> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${base}/v1/decide?programme=welcome&user=${user}&send=s`, { headers });
  return { status: response.status, body: await response.text() };
}
