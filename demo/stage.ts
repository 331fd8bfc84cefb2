import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Api } from './api.ts';
import { agent } from './http.ts';
import { API_KEY, Recorder, WRITE_KEY } from './recorder.ts';
import { Scratch } from './scratch.ts';
import { ServerProcess } from './server.ts';

/** Everything the campaign is played on: the server, the platforms it talks to, and the secrets they share. */
export class Stage {
  readonly scratch = new Scratch();
  readonly sharedSecret = randomBytes(16).toString('hex');
  readonly adminKey = `demo-admin-${randomBytes(16).toString('hex')}`;
  readonly signingKey: KeyObject;
  readonly recorder: Recorder;
  readonly server: ServerProcess;
  #base = '';

  private constructor(recorder: Recorder) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.signingKey = privateKey;
    this.recorder = recorder;
    const shown = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    this.server = new ServerProcess({
      PICKWELL_ADMIN_KEY: this.adminKey,
      PICKWELL_DATA: this.scratch.path('data'),
      PICKWELL_CONFIG: this.scratch.write('pickwell.json', this.#settings(shown)),
    });
  }

  static async open(): Promise<Stage> {
    return new Stage(await Recorder.open());
  }

  #settings(publicKey: string): object {
    const { url } = this.recorder;
    return {
      integrations: {
        segment: { writeKey: WRITE_KEY, host: url, sharedSecret: this.sharedSecret },
        braze: { apiKey: API_KEY, restEndpoint: url, send: ['decision', 'reward'] },
        sendgrid: { publicKey },
      },
    };
  }

  /** Resolves once the server serves. */
  async ready(): Promise<Api> {
    this.#base = await this.server.ready();
    return new Api(this.#base, this.adminKey);
  }

  get base(): string {
    return this.#base;
  }

  async close(): Promise<void> {
    await this.server.stop();
    this.#clear();
  }

  /** Without waiting for anybody: for a process that ends itself. Harmless after `close`. */
  abandon(): void {
    this.server.kill();
    this.#clear();
  }

  #clear(): void {
    this.recorder.close();
    agent.destroy();
    this.scratch.remove();
  }
}
