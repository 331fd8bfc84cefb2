import type { DeskStore, ReadStore } from '../../core/contracts/store.ts';
import { answerOf } from '../../core/decide/answer.ts';
import type { EngineDoor } from '../engine/room.ts';
import { toAliases } from '../engine/asked.ts';
import { why } from '../engine/why.ts';
import { verifyLedger } from '../store/verify-ledger.ts';
import type { Endpoint } from './endpoint.ts';
import { traceOf } from './generic-decide.ts';
import { Problem } from './problem.ts';

/** Rows in one answer, unless asked otherwise, and at most. */
const LEDGER_ROWS = { usual: 1_000, most: 10_000 };

/** `kind:value` as in an alias, or a bare user id. */
function aliasIn(id: string): string {
  const [kind, ...rest] = id.split(':');
  const value = rest.join(':');
  if (kind === 'email' && value.includes('@')) return toAliases({ email: value })[0]!;
  return ['user', 'anonymous', 'external', 'braze', 'email'].includes(kind ?? '') && value
    ? id
    : `user:${id}`;
}

function numberIn(query: Readonly<Record<string, string>>, name: string, usual: number): number {
  const value = Number(query[name] ?? usual);
  if (!Number.isInteger(value) || value < 0) throw new Problem(400, `${name}: a whole number from 0`);
  return value;
}

/** What is on record: decisions, persons, the ledger. */
export function recordEndpoints(store: DeskStore, engine: EngineDoor, now: () => number): Endpoint[] {
  return [decisionEndpoint(store, engine), ...personEndpoints(store, engine, now), ...ledgerEndpoints(store)];
}

function decisionEndpoint(store: DeskStore, engine: EngineDoor): Endpoint {
  return {
    methods: ['GET'],
    path: '/v1/decisions/:id',
    summary:
      'A decision with why it is so and what would have changed it, the signals attributed to it, its place in the ledger',
    scope: 'read',
    handle: async (_, { id = '' }) => {
      const found = await store.decision(id);
      if (!found) throw new Problem(404, `No decision ${id}`);
      const { decision, seq, credits, signals } = found;
      const { at } = decision;
      const explanation = await why(decision, store, engine);
      const told = { at, explanation, trace: traceOf(decision), credits, signals, ledger: seq };
      return { status: 200, body: { ...answerOf(decision), ...told } };
    },
  };
}

function personEndpoints(store: ReadStore, engine: EngineDoor, now: () => number): Endpoint[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/persons/:id',
      summary: 'Everything kept about a person; the id is a user id or `kind:value`',
      scope: 'read',
      handle: async (_, { id = '' }) => {
        const found = await store.person(aliasIn(id));
        if (!found) throw new Problem(404, 'No such person');
        return { status: 200, body: found };
      },
    },
    {
      methods: ['DELETE'],
      path: '/v1/persons/:id',
      summary: 'Erase a person, what was learned from them included; an unknown id is no error',
      scope: 'admin',
      handle: async (_, { id = '' }) => {
        const found = await store.person(aliasIn(id));
        if (found) await engine.erase(found.person.aliases, now());
        return { status: 200, body: { erased: found !== null } };
      },
    },
  ];
}

function ledgerEndpoints(store: ReadStore): Endpoint[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/ledger',
      summary: 'The ledger as NDJSON: `from` a place, `limit` rows',
      scope: 'read',
      handle: async ({ query }) => {
        const from = numberIn(query, 'from', 1);
        const limit = Math.min(numberIn(query, 'limit', LEDGER_ROWS.usual), LEDGER_ROWS.most);
        const rows = await store.ledger(from, limit);
        const body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
        return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, body };
      },
    },
    {
      methods: ['GET'],
      path: '/v1/ledger/verify',
      summary: 'Check the chain of the whole ledger',
      scope: 'read',
      handle: async () => ({ status: 200, body: await verifyLedger(store) }),
    },
  ];
}
