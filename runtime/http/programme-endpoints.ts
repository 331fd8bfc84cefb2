import { performance } from 'node:perf_hooks';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import type { DeskStore } from '../../core/contracts/store.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';
import { noticedChange } from '../../core/measure/change.ts';
import { channelShares } from '../../core/measure/channels.ts';
import { delayCurves } from '../../core/measure/delay-curves.ts';
import { estimatesOf } from '../../core/measure/estimates.ts';
import { forgettingOf } from '../../core/measure/forgetting.ts';
import { hourEstimates } from '../../core/measure/hours.ts';
import { pieceEstimates } from '../../core/measure/piece-estimates.ts';
import { liftOf } from '../../core/measure/lift.ts';
import { priorUsed } from '../../core/measure/prior.ts';
import { floorOf } from '../../core/policies/policy.ts';
import { lacks } from '../../core/learn/model.ts';
import { rangesOf } from '../../core/learn/ranges.ts';
import { recentFunnel } from '../engine/recent-funnel.ts';
import type { EngineDoor } from '../engine/room.ts';
import { resourceUse } from '../programmes/resource-use.ts';
import { programmeSchema } from '../programmes/schema.ts';
import type { Judgement, Programmes } from '../programmes/service.ts';
import type { Endpoint } from './endpoint.ts';
import { checked, jsonOf } from './generic-decide.ts';
import { Problem } from './problem.ts';
import type { Report } from './report-answer.ts';
import { reportAnswer } from './report-answer.ts';

const STATUS = { start: 'live', pause: 'paused', end: 'ended' } as const;
const JUDGEMENT: Record<string, Judgement> = { approve: 'approved', reject: 'rejected', archive: 'archived' };

function shown(programme: Programme): Reply {
  return { status: 200, headers: { etag: `"${programme.version}"` }, body: programme };
}

function expectedVersion(request: InboundRequest): number {
  const header = request.headers['if-match'] ?? (request.headers['if-none-match'] === '*' ? '0' : undefined);
  const version = Number(header?.replaceAll('"', ''));
  if (header === undefined || !Number.isInteger(version)) {
    throw new Problem(400, 'If-Match: the version this change is based on, 0 for a new programme');
  }
  return version;
}

interface Ports {
  engine: EngineDoor;
  store: DeskStore;
  now: () => number;
}

/**
 * How a programme is doing: share, estimate and interval of every option and every piece, how late signals come, lift, the model it is decided on, what became of
 * the options of recent decisions, and what is left of what it needs.
 */
async function report(programmes: Programmes, asked: ProgrammeId, ports: Ports): Promise<Report> {
  const { engine, store, now } = ports;
  const programme = programmes.get(asked);
  const others = programmes.all().filter((own) => own !== programme && own.status !== 'draft');
  const rivals = others.map((own) => own.id);
  const { version, state } = await engine.model(programme.id);
  const { id, status, version: programmeVersion } = programme;
  const options = estimatesOf(programme, state, now());
  const policy = { ...programme.policy, floor: floorOf(programme, options.length) };
  return {
    programme: id,
    programmeVersion,
    status,
    modelVersion: version,
    policy,
    options,
    prior: priorUsed(programme, state, now()),
    pieces: pieceEstimates(programme, { programme: id, version, state }, now()),
    delays: delayCurves(programme, state, now()),
    change: noticedChange(programme, state, now()),
    ranges: rangesOf(state),
    forgetting: forgettingOf(programme, state, now()),
    behind: lacks(state) || undefined,
    channels: channelShares(programme, options),
    hours: programme.timing && hourEstimates(programme, state, now()),
    lift: liftOf(state),
    funnel: await recentFunnel(store, id, () => performance.now(), rivals),
    resources: await resourceUse([programme], store, now()),
  };
}

async function put(
  request: InboundRequest,
  id: string,
  programmes: Programmes,
  store: DeskStore,
): Promise<Reply> {
  const input = checked(programmeSchema, jsonOf(request.body));
  if (input.id !== id) throw new Problem(422, `id: ${id}, as in the path`, [{ path: 'id', message: id }]);
  const saved = await programmes.save(input, expectedVersion(request));
  const reply = shown(saved);
  return { ...reply, body: { ...saved, findings: await programmes.lint(saved, store) } };
}

export function programmeEndpoints(programmes: Programmes, ports: Ports): Endpoint[] {
  const one = '/v1/programmes/:id';
  return [
    {
      methods: ['GET'],
      path: '/v1/programmes',
      summary: 'All programmes in their newest version',
      scope: 'read',
      handle: () => ({ status: 200, body: { programmes: programmes.all() } }),
    },
    {
      methods: ['GET'],
      path: one,
      summary: 'One programme; its version is the ETag',
      scope: 'read',
      handle: (_, { id = '' }) => shown(programmes.get(id)),
    },
    {
      methods: ['PUT'],
      path: one,
      summary:
        'Save a new version; If-Match names the one it is based on. The answer says what is hardly meant (`findings`)',
      scope: 'write',
      body: programmeSchema,
      handle: (request, { id = '' }) => put(request, id, programmes, ports.store),
    },
    {
      methods: ['DELETE'],
      path: one,
      summary: 'End a programme; its versions and its ledger stay',
      scope: 'write',
      handle: async (_, { id = '' }) => shown(await programmes.setStatus(id, 'ended')),
    },
    ...(['start', 'pause', 'end'] as const).map((action): Endpoint => ({
      methods: ['POST'],
      path: `${one}/${action}`,
      summary: `Set the status to ${STATUS[action]}`,
      scope: 'write',
      handle: async (_, { id = '' }) => shown(await programmes.setStatus(id, STATUS[action])),
    })),
    ...Object.entries(JUDGEMENT).map(([action, judgement]): Endpoint => ({
      methods: ['POST'],
      path: `${one}/variants/:variant/${action}`,
      summary: `Record that a variant's content, as it is now, is ${judgement}`,
      scope: 'approve',
      handle: async (_, { id = '', variant = '' }) =>
        shown(await programmes.judge(id, variant, judgement, 'holder of an approve key')),
    })),
    {
      methods: ['GET'],
      path: `${one}/report`,
      summary:
        'Traffic share, estimates with intervals of options and pieces, lift against the holdout, the funnel, what is left of what it needs',
      scope: 'read',
      answer: reportAnswer,
      handle: async (_, { id = '' }) => ({ status: 200, body: await report(programmes, id, ports) }),
    },
  ];
}
