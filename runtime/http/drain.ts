import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** How long a load balancer is given to see that we are not ready any more, in ms. */
const NOTICE_MS = 500;
/** How long requests under way are given, in ms. */
const FINISH_MS = 4_000;

/** Accepts those that wait for it, one in each turn of the event loop: whoever still waits when the server closes is reset. */
async function acceptWaiting(server: Server): Promise<void> {
  let accepted = true;
  const note = (): void => void (accepted = true);
  server.on('connection', note);
  for (const until = performance.now() + NOTICE_MS; accepted && performance.now() < until;) {
    accepted = false;
    await turn();
  }
  server.off('connection', note);
}

/**
 * Stops a server so that no request is lost: it goes on answering while others learn that it is not ready, then takes no
 * new connections but answers on those it has, and closes each after its answer.
 */
export async function drain(server: Server): Promise<void> {
  if (!server.listening) return;
  await delay(NOTICE_MS);
  await acceptWaiting(server);
  // the close of an HTTP server would cut connections whose request is still on its way
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
  await Promise.race([closed, delay(NOTICE_MS)]);
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), FINISH_MS);
  await closed;
  clearTimeout(cut);
}
