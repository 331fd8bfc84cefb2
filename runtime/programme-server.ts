import { SettingsError } from './settings.ts';

export interface ServerOptions {
  url: string;
  key?: string | undefined;
}

/** One programme of a Pickwell that is running. */
export class ProgrammeServer {
  readonly #address: string;
  readonly #key: string;

  /** @param may what the key has to allow, in words. @throws SettingsError without a key */
  constructor({ url, key }: ServerOptions, programme: string, may: string) {
    if (!key) throw new SettingsError(`--key: a key that may ${may}, or PICKWELL_ADMIN_KEY`);
    this.#address = `${url.replace(/\/$/, '')}/v1/programmes/${encodeURIComponent(programme)}`;
    this.#key = key;
  }

  /**
   * The body of the answer.
   * @param path what comes after the address of the programme
   * @throws SettingsError where nothing answers, or it says no
   */
  async ask<Body>(
    method: string,
    path = '',
    more: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Body> {
    const address = `${this.#address}${path}`;
    const headers = { 'x-api-key': this.#key, 'content-type': 'application/json', ...more.headers };
    const asked = fetch(address, { method, ...more, headers });
    const response = await asked.catch((error: Error) => {
      throw new SettingsError(
        `--url: nothing answers at ${address} (${error.cause instanceof Error ? error.cause.message : error.message})`,
      );
    });
    if (response.ok) return (await response.json()) as Body;
    throw new SettingsError(`${method} ${address}: ${response.status} ${told(await response.text())}`);
  }
}

/** What a problem says (RFC 9457), or whatever else was answered. */
function told(body: string): string {
  try {
    const { detail, title } = JSON.parse(body) as { detail?: string; title?: string };
    return detail ?? title ?? body;
  } catch {
    return body;
  }
}
