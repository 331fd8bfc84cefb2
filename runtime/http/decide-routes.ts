import type { Answer } from '../../core/contracts/answer.ts';
import type { Connector, DecideRoute } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import { degradedAnswer } from '../../core/decide/answer.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import { programmesIn } from '../../core/domain/decision.ts';
import { fillFrom } from '../engine/content.ts';
import type { EngineDoor } from '../engine/room.ts';
import type { Programmes } from '../programmes/service.ts';
import type { Metrics } from '../metrics.ts';
import type { Tracing } from '../tracing.ts';
import { traced } from '../tracing.ts';
import { requireScope } from './inbound.ts';

export interface DecidePorts {
  engine: EngineDoor;
  programmes: Programmes;
  metrics: Metrics;
  now: () => number;
  /** Told of a decision that had to be degraded. */
  degraded: (error: unknown) => void;
  /** Told of every answer. */
  answered: (answer: Answer) => void;
  tracing?: Tracing | undefined;
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
async function answerInTime(request: DecideRequest, budgetMs: number, ports: DecidePorts): Promise<Answer> {
  const { engine, programmes, metrics, now } = ports;
  try {
    const answer = await within(engine.answer(request), budgetMs);
    if (answer !== TIMED_OUT) {
      metrics.decision(answer.rung, answer.reason, answer.guardrail);
      return answer;
    }
    ports.degraded(new Fault('unavailable', `no decision within ${budgetMs} ms`));
  } catch (error) {
    ports.degraded(error);
  }
  const answers = programmesIn(request).map((id) =>
    degradedAnswer(id, programmes.find(id), now(), fillFrom(request.context)),
  );
  // of several programmes the first whose default may be sent
  const answer = answers.find(({ action }) => action === 'send') ?? answers[0]!;
  metrics.decision(answer.rung, answer.reason, undefined);
  return answer;
}

/** `answerInTime` in a span of the caller's trace, told to whoever logs decisions. */
export async function traceableAnswer(
  parsed: DecideRequest,
  { headers }: InboundRequest,
  budgetMs: number,
  ports: DecidePorts,
): Promise<Answer> {
  const attributes = { 'pickwell.programme': programmesIn(parsed).join(',') };
  return traced(ports.tracing, 'decide', { kind: 'server', headers, attributes }, async (span) => {
    const answer = await answerInTime(parsed, budgetMs, ports);
    const { action, reason, rung } = answer;
    span?.setAttributes({ 'pickwell.action': action, 'pickwell.reason': reason, 'pickwell.rung': rung });
    ports.answered(answer);
    return answer;
  });
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
    const answer = await traceableAnswer(parsed, request, route.budgetMs, ports);
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
