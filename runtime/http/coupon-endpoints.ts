import { z } from 'zod';
import type { ResourceStore } from '../../core/contracts/resources.ts';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import { id } from '../programmes/names.ts';
import type { Endpoint } from './endpoint.ts';
import { checked, jsonOf } from './generic-decide.ts';
import { Problem } from './problem.ts';

const code = z
  .string('text')
  .trim()
  .min(1, 'not empty')
  .max(200, 'at most 200 characters')
  .regex(/^\P{C}*$/u, 'no control characters');

const codesBody = z.object({ codes: z.array(z.unknown()).min(1) });
const line = z.union([code, z.object({ code }).transform((own) => own.code)]);

/** Codes in one transaction: decisions wait behind it no longer than behind one another. */
const AT_ONCE = 2_000;

/** Lines of NDJSON, each on its own: one that cannot be read costs only itself. */
function linesOf(body: Uint8Array): unknown[] {
  const lines = Buffer.from(body).toString('utf8').split('\n');
  return lines.filter((text) => text.trim() !== '').map((text) => tryJson(text));
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function itemsIn({ headers, body }: InboundRequest): unknown[] {
  const type = headers['content-type'] ?? '';
  if (!type.includes('ndjson')) return checked(codesBody, jsonOf(body)).codes;
  const items = linesOf(body);
  if (items.length === 0) throw new Problem(400, 'The body holds no line');
  return items;
}

interface Rejected {
  index: number;
  code?: string;
  message: string;
}

/** Puts codes into a pool. What is no code, or is there already, is named; all others are taken. */
async function upload(request: InboundRequest, pool: string, store: ResourceStore): Promise<Reply> {
  const places = new Map<string, number>();
  const rejected: Rejected[] = [];
  for (const [index, item] of itemsIn(request).entries()) {
    const parsed = line.safeParse(item);
    if (!parsed.success) {
      rejected.push({ index, message: 'expected a code: text of 1 to 200 characters, or {"code": text}' });
    } else if (places.has(parsed.data)) {
      rejected.push({ index, code: parsed.data, message: 'twice in this upload' });
    } else places.set(parsed.data, index);
  }
  const codes = [...places.keys()];
  let accepted = codes.length;
  for (let from = 0; from < codes.length; from += AT_ONCE) {
    for (const known of await store.addCodes(pool, codes.slice(from, from + AT_ONCE))) {
      accepted--;
      rejected.push({ index: places.get(known)!, code: known, message: 'in the pool already' });
    }
  }
  rejected.sort((a, b) => a.index - b.index);
  return { status: 200, body: { accepted, rejected } };
}

/** Pools of codes: filled by whoever may change programmes, watched by whoever may read. */
export function couponEndpoints(store: ResourceStore, now: () => number): Endpoint[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/coupons',
      summary: 'Every pool of codes, with how many of them are free',
      scope: 'read',
      handle: async () => ({ status: 200, body: { pools: await store.pools(now()) } }),
    },
    {
      methods: ['POST'],
      path: '/v1/coupons/:pool',
      summary: 'Put codes into a pool: JSON, or NDJSON with a code in each line; a code is taken once',
      scope: 'write',
      body: codesBody,
      handle: (request, { pool = '' }) => {
        if (!id.safeParse(pool).success) throw new Problem(400, 'pool: letters, digits, - and _');
        return upload(request, pool, store);
      },
    },
  ];
}
