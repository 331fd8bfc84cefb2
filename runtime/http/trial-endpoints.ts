import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import type { DeskStore } from '../../core/contracts/store.ts';
import { replay } from '../engine/replay.ts';
import type { EngineDoor } from '../engine/room.ts';
import { programmeSchema } from '../programmes/schema.ts';
import type { Programmes } from '../programmes/service.ts';
import type { Endpoint } from './endpoint.ts';
import { checked, jsonOf } from './generic-decide.ts';
import { Problem } from './problem.ts';

/** Decisions a replay goes through, unless asked otherwise, and at most; and how long it may take, in ms. */
const DECISIONS = { usual: 2_000, most: 20_000 };
const BUDGET_MS = 10_000;

const query = z.object({
  limit: z.coerce.number().int().min(1).max(DECISIONS.most).default(DECISIONS.usual),
  from: z.iso.datetime({ offset: true }).optional(),
});

const findings = z.object({
  findings: z.array(z.object({ code: z.string(), path: z.string(), message: z.string(), fix: z.string() })),
});

export interface TrialPorts {
  programmes: Programmes;
  engine: EngineDoor;
  store: DeskStore;
  now: () => number;
}

/** Programmes that are tried out and not saved. */
export const trialEndpoints = (ports: TrialPorts): Endpoint[] => [lintEndpoint(ports), replayEndpoint(ports)];

function lintEndpoint({ programmes, store }: TrialPorts): Endpoint {
  return {
    methods: ['POST'],
    path: '/v1/programmes/lint',
    summary: 'Look a programme over: what can never be reached, contradicts itself or is hardly meant',
    scope: 'read',
    body: programmeSchema,
    answer: findings,
    handle: async (request) => {
      const programme = programmes.changed(checked(programmeSchema, jsonOf(request.body)));
      return { status: 200, body: { findings: await programmes.lint(programme, store) } };
    },
  };
}

function replayEndpoint({ programmes, engine, store, now }: TrialPorts): Endpoint {
  return {
    methods: ['POST'],
    path: '/v1/programmes/:id/replay',
    summary:
      'Run a changed programme over the newest recorded decisions (`limit`, `from`): what would differ, and its estimated value',
    scope: 'read',
    body: programmeSchema,
    query,
    handle: async (request, { id = '' }) => {
      const current = programmes.get(id);
      const { limit, from } = checked(query, { limit: request.query.limit, from: request.query.from });
      const input = checked(programmeSchema, jsonOf(request.body));
      if (input.id !== id) throw new Problem(422, `id: ${id}, as in the path`, [{ path: 'id', message: id }]);
      const changed = programmes.changed(input);
      const clock = (): number => performance.now();
      const since = from === undefined ? undefined : Date.parse(from);
      const stretch = { limit, from: since, until: clock() + BUDGET_MS, clock };
      const model = await engine.model(id);
      return { status: 200, body: await replay({ current, changed, model, stretch, now: now() }, store) };
    },
  };
}
