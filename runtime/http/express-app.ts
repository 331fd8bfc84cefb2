import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import express from 'express';
import type { Keyring } from '../keys.ts';
import type { Endpoint } from './endpoint.ts';
import { inbound, requireScope } from './inbound.ts';
import { problemOf, problemReply, Problem } from './problem.ts';
import { send } from './server.ts';

/** Largest body of a delivery, in bytes: 5 MB. */
const BODY_LIMIT = '5mb';

interface Ports {
  keyring: Keyring;
  now: () => number;
  bug: (error: unknown) => void;
}

function serve(endpoint: Endpoint, ports: Ports) {
  return async (message: Request, response: Response): Promise<void> => {
    const body = Buffer.isBuffer(message.body) ? message.body : new Uint8Array();
    const request = inbound(message, body, ports);
    if (endpoint.scope) requireScope(request, endpoint.scope);
    const params = message.params as Record<string, string>;
    const reply = await endpoint.handle(request, params);
    send(response, reply);
  };
}

/** The routes that are not hot, on Express 5. Bodies stay bytes: what is signed is what was sent. */
export function expressApp(
  endpoints: readonly Endpoint[],
  ports: Ports,
): (message: IncomingMessage, response: ServerResponse) => void {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('trust proxy', false);
  app.set('query parser', false);
  app.use(express.raw({ type: () => true, limit: BODY_LIMIT }));
  for (const endpoint of endpoints) {
    for (const method of endpoint.methods) {
      app[method.toLowerCase() as 'get'](endpoint.path, serve(endpoint, ports));
    }
  }
  app.use((message: Request) => {
    throw new Problem(404, `Nothing at ${message.method} ${message.path}`);
  });
  app.use((error: unknown, message: Request, response: Response, _next: NextFunction) => {
    const problem = problemOf(error);
    if (problem.status === 500) ports.bug(error);
    if (response.headersSent) response.destroy();
    else {
      if (!message.complete) response.setHeader('connection', 'close');
      send(response, problemReply(problem));
    }
  });
  return app;
}
