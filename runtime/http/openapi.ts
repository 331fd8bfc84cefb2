import { z } from 'zod';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi';
import { createDocument } from 'zod-openapi';
import type { Connector } from '../../core/contracts/connector.ts';
import type { Scope } from '../../core/contracts/keys.ts';
import type { Endpoint } from './endpoint.ts';
import { batchBody, decideBody } from './generic-decide.ts';

const answer = z.object({
  decision_id: z.string().optional(),
  programme: z.string(),
  programme_version: z.number().optional(),
  action: z.enum(['send', 'silence']),
  variant: z.string().optional(),
  channel: z.string().optional(),
  send_at: z.iso.datetime().optional(),
  retry_at: z.iso.datetime().optional().describe('The send is put off: ask for it again at this time'),
  content: z.record(z.string(), z.string()).optional(),
  pieces: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  items: z.record(z.string(), z.array(z.record(z.string(), z.string()))).optional(),
  coupon: z.object({ pool: z.string(), code: z.string() }).optional(),
  route: z.object({ queue: z.string(), value: z.number().optional() }).optional(),
  reason: z.enum(['policy', 'holdout', 'guardrail', 'fallback', 'pinned', 'preview']),
  guardrail: z.string().optional(),
  state: z
    .literal('unknown')
    .optional()
    .describe('The guardrail objects because what it depends on is not known'),
  rung: z.enum(['full', 'last-model', 'default', 'silence']),
  link: z.string().optional(),
  decision_recorded: z.union([z.boolean(), z.literal('spooled')]),
});

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

interface Described {
  method: string;
  path: string;
  summary: string;
  scope?: Scope | undefined;
  body?: z.ZodType | undefined;
  query?: z.ZodObject | undefined;
  answer?: z.ZodType | undefined;
}

function operation({
  path,
  summary,
  scope,
  body,
  query,
  answer: shape,
}: Described): ZodOpenApiOperationObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  const content = shape ? { content: { 'application/json': { schema: shape } } } : {};
  return {
    summary,
    security: scope ? [{ key: [scope] }] : [],
    requestParams: {
      ...(names.length > 0 ? { path: z.object(Object.fromEntries(names.map((n) => [n, z.string()]))) } : {}),
      ...(query ? { query } : {}),
    },
    ...(body ? { requestBody: { content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      '200': { description: 'Done', ...content },
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  };
}

function decideOperations(connectors: readonly Connector[]): Described[] {
  const own: Described[] = ['GET', 'POST'].map((method) => {
    const body = method === 'POST' ? decideBody : undefined;
    return { method, path: '/v1/decide', summary: 'Decide for one person', scope: 'decide', body, answer };
  });
  const batch = 'Decide for up to 1,000 items; one line of NDJSON for each, in order';
  own.push({ method: 'POST', path: '/v1/decide/batch', summary: batch, scope: 'decide', body: batchBody });
  const platforms = connectors.flatMap(({ routes }) =>
    routes
      .filter((route) => route.kind === 'decide')
      .flatMap(({ path, methods, summary }) =>
        methods.map((method): Described => ({ method, path, summary, scope: 'decide', answer })),
      ),
  );
  return [...own, ...platforms];
}

/** OpenAPI 3.1 of every route, from the same data that serves them. */
export function openapi(
  version: string,
  connectors: readonly Connector[],
  endpoints: readonly Endpoint[],
): object {
  const rest = endpoints.flatMap(({ methods, path, summary, scope, body, query, answer: shape }) =>
    methods.map((method): Described => ({
      method,
      path: path.replaceAll(/:(\w+)/g, '{$1}'),
      summary,
      scope,
      body: method === 'GET' ? undefined : body,
      query,
      answer: shape,
    })),
  );
  const paths: ZodOpenApiPathsObject = {};
  for (const described of [...decideOperations(connectors), ...rest]) {
    paths[described.path] = {
      ...paths[described.path],
      [described.method.toLowerCase()]: operation(described),
    };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Pickwell', version, license: { name: 'Apache-2.0' } },
    paths,
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
  });
}
