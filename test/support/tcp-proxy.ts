import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/**
 * What happens to bytes on their way: they pass; they come `delayMs` late in each direction; they are swallowed, and
 * new connections are accepted and answered by nobody; connections are reset, and new ones too.
 */
export type ProxyMode = 'pass' | 'delay' | 'blackhole' | 'reset';

/** A TCP proxy on 127.0.0.1 that stands for the network between two programs. */
export interface TcpProxy {
  port: number;
  /** Takes effect on what arrives from now on, on open connections as well. */
  set(mode: ProxyMode, delayMs?: number): void;
  /** Where new connections lead from now on; those that are open stay where they are. */
  lead(target: number): void;
  /** Connections that are open towards the proxy. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts one in front of `127.0.0.1:first`. What was swallowed never arrives later. */
export async function tcpProxy(first: number): Promise<TcpProxy> {
  const state = { mode: 'pass' as ProxyMode, delayMs: 0 };
  const clients = new Set<Socket>();
  let target = first;
  const server = createServer((client) => {
    if (state.mode === 'reset') return void client.resetAndDestroy();
    clients.add(client);
    const upstream = connect(target, '127.0.0.1');
    join(client, upstream, state);
    join(upstream, client, state);
    client.on('close', () => clients.delete(client));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    set(mode, delayMs = 0) {
      Object.assign(state, { mode, delayMs });
      if (mode === 'reset') for (const client of clients) client.resetAndDestroy();
    },
    lead: (next) => void (target = next),
    connections: () => clients.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of clients) client.destroy();
      }),
  };
}

/** Carries what one side sends to the other. */
function join(from: Socket, to: Socket, state: { mode: ProxyMode; delayMs: number }): void {
  // Bytes keep their order when the delay is shortened on the way.
  let dueAt = 0;
  const forward = (act: () => void): void => {
    if (state.mode === 'blackhole') return;
    dueAt = Math.max(dueAt, performance.now() + (state.mode === 'delay' ? state.delayMs : 0));
    const waitMs = dueAt - performance.now();
    if (waitMs <= 0) act();
    else setTimeout(act, waitMs);
  };
  from.setNoDelay(true);
  from.on('data', (chunk) => forward(() => void (to.writable && to.write(chunk))));
  from.on('end', () => forward(() => to.end()));
  // The other side hears of an end only where bytes get through; a blackhole leaves it half open.
  from.on('close', () => forward(() => to.destroy()));
  from.on('error', () => forward(() => to.destroy()));
}
