import type { Answer } from '../../core/contracts/answer.ts';
import type { Connector, DecideRoute } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import { degradedAnswer } from '../../core/decide/answer.ts';
import type { DecideRequest, Rung } from '../../core/domain/decision.ts';
import { programmesIn } from '../../core/domain/decision.ts';
import type { ClosedBook } from '../../core/domain/closed.ts';
import { toAliases } from '../engine/asked.ts';
import { fillFrom } from '../engine/content.ts';
import type { EngineDoor } from '../engine/room.ts';
import type { Programmes } from '../programmes/service.ts';
import type { Metrics } from '../metrics.ts';
import type { Tracing } from '../tracing.ts';
import { traced } from '../tracing.ts';
import { TIMED_OUT, within } from '../within.ts';
import { requireScope } from './inbound.ts';
import type { Deadlines, Ladder } from './ladder.ts';
import { deadlinesOf, leftUntil } from './ladder.ts';

export interface DecidePorts {
  engine: EngineDoor;
  programmes: Programmes;
  metrics: Metrics;
  now: () => number;
  /** How long each rung is waited for. */
  ladder: Ladder;
  /** How whoever is asked for stands, where the engine cannot say. */
  closed: ClosedBook;
  /** Told of a decision that had to be degraded, and of the rung it came from. */
  degraded: (error: unknown, rung: Rung) => void;
  /** Told of every answer. */
  answered: (answer: Answer) => void;
  tracing?: Tracing | undefined;
}

/** `arrivedAt` is when the request did, on the clock of `performance.now()`. */
export type DecideHandler = (request: InboundRequest, arrivedAt: number) => Promise<Reply>;

const LATE = new Fault('unavailable', 'no decision in time');
const LAST_MODEL = new Fault('unavailable', 'decided on the last known model');

/**
 * The answer within its time, whatever happens: from the engine, else the approved default, else silence. A decision
 * that is recorded after its time was up is found again under its send key by the next call.
 */
async function answerInTime(
  request: DecideRequest,
  deadlines: Deadlines,
  ports: DecidePorts,
): Promise<Answer> {
  const { engine, programmes, metrics, now, closed } = ports;
  let fault: unknown = LATE;
  try {
    const wholeMs = leftUntil(deadlines.lastModel);
    const answer = await within(engine.answer(request, leftUntil(deadlines.full), wholeMs), wholeMs);
    if (answer !== TIMED_OUT) {
      metrics.decision(answer.rung, answer.reason, answer.guardrail);
      if (answer.rung !== 'full') ports.degraded(LAST_MODEL, answer.rung);
      return answer;
    }
  } catch (error) {
    fault = error;
  }
  const aliases = toAliases(request.person);
  const { context } = request;
  const known = { now: now(), aliases, standings: closed(aliases), context };
  const circumstances = { ...known, fill: fillFrom(context) };
  const answers = programmesIn(request).map((id) => degradedAnswer(id, programmes.find(id), circumstances));
  // of several programmes the first whose default may be sent
  const answer = answers.find(({ action }) => action === 'send') ?? answers[0]!;
  ports.degraded(fault, answer.rung);
  metrics.decision(answer.rung, answer.reason, answer.guardrail);
  if (answer.guardrail !== undefined) metrics.silenced(answer.state ?? 'closed');
  return answer;
}

/** `answerInTime` in a span of the caller's trace, told to whoever logs decisions. */
export async function traceableAnswer(
  parsed: DecideRequest,
  { headers }: InboundRequest,
  deadlines: Deadlines,
  ports: DecidePorts,
): Promise<Answer> {
  const attributes = ports.tracing && { 'pickwell.programme': programmesIn(parsed).join(',') };
  return traced(ports.tracing, 'decide', { kind: 'server', headers, attributes }, async (span) => {
    const answer = await answerInTime(parsed, deadlines, ports);
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
function platformHandler(route: DecideRoute<unknown>, settings: unknown, ports: DecidePorts): DecideHandler {
  return async (request, arrivedAt) => {
    requireScope(request, 'decide');
    const stop = ports.metrics.time();
    let parsed: DecideRequest;
    try {
      // a tag or a feed is filled while the message is being sent: nothing waits for a later time
      parsed = { ...route.parse(request, settings), atOnce: true };
    } catch (error) {
      const answer = unreadable(request.query.programme ?? '');
      ports.degraded(error, answer.rung);
      return route.render(answer);
    }
    const deadlines = deadlinesOf(arrivedAt, route.budgetMs, ports.ladder);
    const answer = await traceableAnswer(parsed, request, deadlines, ports);
    stop(answer.rung);
    return route.render(answer);
  };
}

/** Handlers of all decide routes of the connectors, by path. */
export function decideHandlers(
  connectors: readonly Connector[],
  settingsOf: (id: string) => unknown,
  ports: DecidePorts,
): Map<string, { methods: readonly string[]; handler: DecideHandler }> {
  const handlers = new Map<string, { methods: readonly string[]; handler: DecideHandler }>();
  for (const connector of connectors) {
    for (const route of connector.routes) {
      if (route.kind !== 'decide') continue;
      const handler = platformHandler(route, settingsOf(connector.id), ports);
      handlers.set(route.path, { methods: route.methods, handler });
    }
  }
  return handlers;
}
