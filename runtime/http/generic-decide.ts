import { z } from 'zod';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import { answerOf } from '../../core/decide/answer.ts';
import type { Decision, DecideRequest } from '../../core/domain/decision.ts';
import { programmesIn, programmesInText } from '../../core/domain/decision.ts';
import type { DecidePorts, DecideHandler } from './decide-routes.ts';
import { hasSlots } from '../../core/domain/slots.ts';
import { slotFeaturesOf } from '../../core/slots/features.ts';
import { traceableAnswer } from './decide-routes.ts';
import { requireScope } from './inbound.ts';
import { inTime } from '../within.ts';
import { deadlinesOf, leftUntil } from './ladder.ts';
import { fieldErrors, Problem } from './problem.ts';

const id = z.string().min(1).max(500);

/** Programmes that may compete for one send. */
const MOST_PROGRAMMES = 20;

/** Body of `POST /v1/decide`. */
export const decideBody = z
  .object({
    programme: z
      .union([id, z.array(id).min(1).max(MOST_PROGRAMMES)])
      .describe('One id, or several that compete for this send: one answers'),
    person: z
      .object({ userId: id, anonymousId: id, externalId: id, brazeId: id, email: id })
      .partial()
      .refine((person) => Object.values(person).some(Boolean), 'at least one id'),
    send: id.optional(),
    context: z
      .record(z.string().max(100), z.union([z.string().max(1_000), z.number(), z.boolean()]))
      .refine((context) => Object.keys(context).length <= 100, 'at most 100 features')
      .default({}),
    preview: z.boolean().optional(),
    pin: id.optional(),
    pieces: z
      .record(id, z.union([id, z.array(id).min(1).max(50)]))
      .optional()
      .describe('With a pin: the pieces to put the variant together from, one for every slot'),
  })
  .refine(({ pin, pieces }) => pieces === undefined || pin !== undefined, {
    path: ['pieces'],
    message: 'the pieces of a pinned variant: pin names it',
  })
  .refine(({ programme, pin }) => pin === undefined || programmesIn({ programme }).length === 1, {
    path: ['pin'],
    message: 'a variant of one programme, not of several',
  });

export const batchBody = z.object({ items: z.array(z.unknown()).min(1).max(1_000) });

const BUDGET_MS = 1_500;

/** `piece.<slot>=<id>` parameters of a query; several ids with commas. */
function piecesIn(query: Readonly<Record<string, string>>): Record<string, string | string[]> | undefined {
  const named = Object.entries(query).filter(([name]) => name.startsWith('piece.'));
  if (named.length === 0) return undefined;
  const ids = (value: string): string | string[] => (value.includes(',') ? value.split(',') : value);
  return Object.fromEntries(named.map(([name, value]) => [name.slice('piece.'.length), ids(value)]));
}

/** A query string in the shape of the body. */
export function fromQuery(query: Readonly<Record<string, string>>): unknown {
  const { programme, send, pin, preview, user, anonymous, braze, email, external } = query;
  const context = Object.entries(query).filter(([name]) => name.startsWith('c.'));
  return {
    programme: programme === undefined ? undefined : programmesInText(programme),
    person: { userId: user, anonymousId: anonymous, brazeId: braze, email, externalId: external },
    send: send || undefined,
    pin: pin || undefined,
    pieces: piecesIn(query),
    preview: preview === 'true' || preview === '1' || undefined,
    context: Object.fromEntries(context.map(([name, value]) => [name.slice(2), value])),
  };
}

export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new Problem(400, 'The body is not valid JSON');
  }
}

/** @throws Problem 400 naming every field that does not fit. */
export function checked<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success)
    throw new Problem(400, 'The request does not have the expected shape', fieldErrors(parsed.error));
  return parsed.data;
}

/** @throws Problem 404 for one programme that is not known, 422 for some of a list. */
function requireProgrammes({ programme }: DecideRequest, { programmes }: DecidePorts): void {
  const missing = [programme].flat().flatMap((own, i) => (programmes.find(own) ? [] : [{ own, i }]));
  if (missing.length === 0) return;
  if (typeof programme === 'string') throw new Problem(404, `No programme ${programme}`);
  const errors = missing.map(({ own, i }) => ({ path: `programme.${i}`, message: `no programme ${own}` }));
  throw new Problem(422, 'A programme is not known', errors);
}

/** @throws Problem 422 where pieces are no message that the pinned variant allows. */
function requirePieces({ programme, pin, pieces }: DecideRequest, { programmes }: DecidePorts): void {
  if (pieces === undefined) return;
  const variant = programmes.find([programme].flat()[0]!)?.variants.find(({ id: own }) => own === pin);
  const slotted = variant && hasSlots(variant) ? slotFeaturesOf(variant).combinations : undefined;
  if (slotted?.combinationOf(pieces)) return;
  const slots = slotted?.slots.map(({ name, pick, ids }) => `${name}: ${pick} of ${ids.join(', ')}`);
  const message = slots ? `a message that is allowed: ${slots.join('; ')}` : `no pieces: ${pin} has no slots`;
  throw new Problem(422, 'These pieces make no message', [{ path: 'pieces', message }]);
}

function parse(input: unknown, request: InboundRequest, ports: DecidePorts): DecideRequest {
  const parsed = checked(decideBody, input);
  if (parsed.pin !== undefined) requireScope(request, 'write');
  requireProgrammes(parsed, ports);
  requirePieces(parsed, ports);
  return parsed;
}

/** What a trace tells beyond the answer. */
export function traceOf(decision: Decision): object {
  const { eligible, dropped, context, seed, modelVersion, programmeVersion, policy, arm, propensity } =
    decision;
  const { arbitration, reservations, drawn, timing } = decision;
  return {
    eligible,
    dropped,
    context,
    seed,
    modelVersion,
    programmeVersion,
    policy,
    method: policy,
    arm,
    propensity,
    drawn,
    reservations,
    timing,
    arbitration,
  };
}

/** `GET|POST /v1/decide`: for engineers, so errors are told as problems. */
export function genericDecide(ports: DecidePorts): DecideHandler {
  return async (request, arrivedAt): Promise<Reply> => {
    requireScope(request, 'decide');
    const stop = ports.metrics.time();
    const input = request.method === 'POST' ? jsonOf(request.body) : fromQuery(request.query);
    const parsed = parse(input, request, ports);
    const deadlines = deadlinesOf(arrivedAt, BUDGET_MS, ports.ladder);
    if (request.query.trace === '1') {
      requireScope(request, 'read');
      const wholeMs = leftUntil(deadlines.lastModel);
      const made = ports.engine.decide(parsed, leftUntil(deadlines.full), wholeMs);
      // of what nobody decided there is nothing to tell: the fault is told
      const decision = await inTime(made, wholeMs);
      const explanation = await ports.engine.explain(decision);
      const trace = { ...traceOf(decision), explanation: explanation ?? undefined };
      return { status: 200, body: { ...answerOf(decision), trace } };
    }
    const answer = await traceableAnswer(parsed, request, deadlines, ports);
    stop(answer.rung);
    return { status: 200, body: answer };
  };
}

/** `POST /v1/decide/batch`: one line for each item, in order; an item that cannot be read costs only itself. */
export async function* batchDecide(
  request: InboundRequest,
  arrivedAt: number,
  ports: DecidePorts,
): AsyncGenerator<string> {
  requireScope(request, 'decide');
  const { items } = checked(batchBody, jsonOf(request.body));
  const deadlines = deadlinesOf(arrivedAt, BUDGET_MS, ports.ladder);
  const answers = items.map(async (item): Promise<object> => {
    try {
      return await traceableAnswer(parse(item, request, ports), request, deadlines, ports);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { status: error.status, detail: error.message, errors: error.errors };
    }
  });
  for (const answer of answers) yield `${JSON.stringify(await answer)}\n`;
}
