import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { Asked } from './requests.ts';

const END = Buffer.from('\r\n\r\n');

/** One connection that is kept, with one request on it at a time: a tenth of the CPU of `node:http` as a client. */
export class Lane {
  readonly #port: number;
  readonly #key: string;
  readonly #done: (arrived: number, ok: boolean) => void;
  #socket: Socket | undefined;
  #arrived: number | undefined;
  #read: Buffer = Buffer.alloc(0);
  onFree: () => void = () => undefined;

  constructor(port: number, key: string, done: (arrived: number, ok: boolean) => void) {
    this.#port = port;
    this.#key = key;
    this.#done = done;
  }

  get busy(): boolean {
    return this.#arrived !== undefined;
  }

  ask({ method, path, body = '' }: Asked, arrived: number): void {
    this.#arrived = arrived;
    this.#socket ??= this.#connect();
    const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: ${this.#key}\r\n`;
    const type = body === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    this.#socket.write(`${head}${type}\r\n${body}`);
  }

  #connect(): Socket {
    const socket = connect(this.#port, '127.0.0.1').setNoDelay(true);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#answer(false);
    });
    return socket;
  }

  #take(chunk: Buffer): void {
    this.#read = this.#read.length === 0 ? chunk : Buffer.concat([this.#read, chunk]);
    const end = this.#read.indexOf(END);
    if (end < 0) return;
    const head = this.#read.toString('latin1', 0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#read.length < end + END.length + length) return;
    this.#answer(/^HTTP\/1\.1 2/.test(head));
  }

  #answer(ok: boolean): void {
    const arrived = this.#arrived;
    if (arrived === undefined) return;
    this.#arrived = undefined;
    this.#read = Buffer.alloc(0);
    this.#done(arrived, ok);
    this.onFree();
  }

  close(): void {
    this.#socket?.destroy();
  }
}
