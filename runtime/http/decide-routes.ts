import type { Answer } from '../../core/contracts/answer.ts';
import type { Connector, DecideRoute } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import { answerOf, degradedAnswer } from '../../core/decide/answer.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import type { Catalogue } from '../engine/catalogue.ts';
import { fillFrom } from '../engine/content.ts';
import type { Engine } from '../engine/engine.ts';
import type { Metrics } from '../metrics.ts';
import { requireScope } from './inbound.ts';

export interface DecidePorts {
  engine: Engine;
  catalogue: Catalogue;
  metrics: Metrics;
  now: () => number;
  /** Told of a decision that had to be degraded. */
  degraded: (error: unknown) => void;
}

export type Handler = (request: InboundRequest) => Promise<Reply>;

const TIMED_OUT = Symbol('timed out');

/** The promise's value, or TIMED_OUT after `ms`. */
function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(TIMED_OUT), ms);
    const settled = () => clearTimeout(timer);
    promise.then(resolve, reject);
    promise.then(settled, settled);
  });
}

/**
 * The answer within the budget, whatever happens: from the engine, else the approved default, else silence. A decision
 * that is recorded after its time was up is found again under its send key by the next call.
 */
export async function answerInTime(
  request: DecideRequest,
  budgetMs: number,
  ports: DecidePorts,
): Promise<Answer> {
  const { engine, catalogue, metrics, now } = ports;
  try {
    const decision = await within(engine.decide(request), budgetMs);
    if (decision !== TIMED_OUT) {
      metrics.decision(decision.rung, decision.reason, decision.guardrail);
      return answerOf(decision);
    }
    ports.degraded(new Fault('unavailable', `no decision within ${budgetMs} ms`));
  } catch (error) {
    ports.degraded(error);
  }
  const programme = catalogue.programme(request.programme);
  const answer = degradedAnswer(request.programme, programme, now(), fillFrom(request.context));
  metrics.decision(answer.rung, answer.reason, undefined);
  return answer;
}

function unreadable(programme: string): Answer {
  return { programme, action: 'silence', reason: 'fallback', rung: 'default', decision_recorded: false };
}

/** A platform's decide route: once the key is accepted, always an answer the platform can use. */
function platformHandler(route: DecideRoute<unknown>, settings: unknown, ports: DecidePorts): Handler {
  return async (request) => {
    requireScope(request, 'decide');
    const stop = ports.metrics.time();
    let parsed: DecideRequest;
    try {
      parsed = route.parse(request, settings);
    } catch (error) {
      ports.degraded(error);
      return route.render(unreadable(request.query.programme ?? ''));
    }
    const answer = await answerInTime(parsed, route.budgetMs, ports);
    stop(answer.rung);
    return route.render(answer);
  };
}

/** Handlers of all decide routes of the connectors, by path. */
export function decideHandlers(
  connectors: readonly Connector[],
  settingsOf: (id: string) => unknown,
  ports: DecidePorts,
): Map<string, { methods: readonly string[]; handler: Handler }> {
  const handlers = new Map<string, { methods: readonly string[]; handler: Handler }>();
  for (const connector of connectors) {
    for (const route of connector.routes) {
      if (route.kind !== 'decide') continue;
      const handler = platformHandler(route, settingsOf(connector.id), ports);
      handlers.set(route.path, { methods: route.methods, handler });
    }
  }
  return handlers;
}
