import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What this process reads of the world, handed in. */
export type Environment = Readonly<Record<string, string | undefined>>;

const secretOrEnv = z.union([z.string(), z.object({ env: z.string() })]);
const settingValue: z.ZodType = z.lazy(() =>
  z.union([secretOrEnv, z.number(), z.boolean(), z.array(settingValue), z.record(z.string(), settingValue)]),
);

const fileSchema = z.strictObject({
  host: z.string().optional(),
  port: z.number().int().min(0).max(65_535).optional(),
  data: z.string().optional(),
  database: secretOrEnv.optional(),
  publicUrl: z.url().optional(),
  log: z.string().optional(),
  logDecisions: z.number().optional(),
  redis: secretOrEnv.optional(),
  copies: z.number().int().min(1).optional(),
  ladder: z.unknown().optional(),
  batch: z.unknown().optional(),
  integrations: z.record(z.string(), z.record(z.string(), settingValue)).default({}),
});

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const DATABASE = 'a URL such as postgresql://user:password@host:5432/pickwell';

/** Says nothing of the value, which holds a password. */
const databaseUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol), DATABASE);

const PORT = 'a port number from 0 to 65535';
const REDIS = 'an address like redis://user:password@host:6379/0, or rediss:// for TLS';
const SHARE = 'a number from 0 to 1';
const COPIES = 'a whole number from 1 to 10000';

const WAIT = 'milliseconds from 1 to 60000';
const AGE = 'milliseconds from 1000 to 604800000 (a week)';
const LINGER = 'milliseconds from 0 to 100';
const wait = z.number(WAIT).min(1, WAIT).max(60_000, WAIT).optional();

const schema = z.object({
  host: z.string().min(1),
  port: z.coerce.number(PORT).int(PORT).min(0, PORT).max(65_535, PORT),
  data: z.string().min(1),
  /** Where PostgreSQL is; without it everything is in `data`. */
  database: databaseUrl.optional(),
  adminKey: z.string().min(16, 'at least 16 characters').optional(),
  publicUrl: z.url().optional(),
  log: z.enum(LEVELS),
  /** Share of decisions that get a line in the log. */
  logDecisions: z.coerce.number(SHARE).min(0, SHARE).max(1, SHARE).optional(),
  /** Where traces go: OTLP over HTTP. */
  traces: z.url().optional(),
  /** What the traces call this process. */
  traceService: z.string().min(1).optional(),
  /** Share of traces that are kept. */
  traceShare: z.coerce.number(SHARE).min(0, SHARE).max(1, SHARE).optional(),
  redis: z.url({ protocol: /^rediss?$/, error: REDIS }).optional(),
  copies: z.coerce.number(COPIES).int(COPIES).min(1, COPIES).max(10_000, COPIES).optional(),
  /** How long each rung of the ladder is waited for, in ms from the arrival of a request. */
  ladder: z
    .strictObject({
      fullMs: wait,
      lastModelMs: wait,
      /** How old the closed list may become while the store is away, in ms. */
      closedListMs: z.number(AGE).min(1_000, AGE).max(604_800_000, AGE).optional(),
    })
    .optional(),
  /** How long after a batch the next one begins at the earliest, on PostgreSQL, in ms. */
  batch: z.strictObject({ lingerMs: z.number(LINGER).min(0, LINGER).max(100, LINGER) }).optional(),
  integrations: z.record(z.string(), z.record(z.string(), z.unknown())),
});

export type Settings = z.infer<typeof schema>;

/** A setting that cannot be used: says which and what was expected. */
export class SettingsError extends Error {}

/** Name a person knows each setting by. */
const NAMES: Record<string, string> = {
  host: 'PICKWELL_HOST',
  port: 'PICKWELL_PORT',
  data: 'PICKWELL_DATA',
  database: 'DATABASE_URL',
  adminKey: 'PICKWELL_ADMIN_KEY',
  publicUrl: 'PICKWELL_PUBLIC_URL',
  log: 'PICKWELL_LOG',
  logDecisions: 'PICKWELL_LOG_DECISIONS',
  traces: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  traceService: 'OTEL_SERVICE_NAME',
  traceShare: 'OTEL_TRACES_SAMPLER_ARG',
  redis: 'REDIS_URL',
  copies: 'PICKWELL_COPIES',
};

export function describeIssues(error: z.ZodError, root = ''): string {
  return error.issues
    .map((issue) => {
      const [first, ...rest] = issue.path.map(String);
      const name = [
        root || (NAMES[first ?? ''] ?? first),
        ...(root && first !== undefined ? [first] : []),
        ...rest,
      ];
      return `${name.filter(Boolean).join('.')}: ${issue.message}`;
    })
    .join('\n');
}

function readFile(path: string, required: boolean): z.infer<typeof fileSchema> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    if (required) throw new SettingsError(`PICKWELL_CONFIG: no file can be read at ${path}`);
    return { integrations: {} };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new SettingsError(`${path}: not valid JSON (${(error as Error).message})`);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw new SettingsError(describeIssues(parsed.error, path));
  return parsed.data;
}

/** Replaces every `{"env": "NAME"}` by the variable's value. */
function resolve(value: unknown, environment: Environment, path: string): unknown {
  if (Array.isArray(value)) return value.map((item, i) => resolve(item, environment, `${path}.${i}`));
  if (typeof value !== 'object' || value === null) return value;
  if ('env' in value && typeof value.env === 'string') {
    const found = environment[value.env];
    if (found === undefined)
      throw new SettingsError(`${path}: the environment variable ${value.env} is not set`);
    return found;
  }
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [k, resolve(v, environment, `${path}.${k}`)]),
  );
}

/**
 * Settings from the environment first, then from `pickwell.json` (or the file `PICKWELL_CONFIG` names).
 * @throws SettingsError naming the setting and what was expected.
 */
export function readSettings(environment: Environment): Settings {
  const path = environment.PICKWELL_CONFIG;
  const file = readFile(path ?? 'pickwell.json', path !== undefined);
  const parsed = schema.safeParse({
    host: environment.PICKWELL_HOST ?? file.host ?? '127.0.0.1',
    port: environment.PICKWELL_PORT ?? file.port ?? 8787,
    data: environment.PICKWELL_DATA ?? file.data ?? './data',
    database: environment.DATABASE_URL ?? resolve(file.database, environment, 'database'),
    adminKey: environment.PICKWELL_ADMIN_KEY,
    publicUrl: environment.PICKWELL_PUBLIC_URL ?? file.publicUrl,
    logDecisions: environment.PICKWELL_LOG_DECISIONS ?? file.logDecisions,
    traces: environment.OTEL_EXPORTER_OTLP_ENDPOINT,
    traceService: environment.OTEL_SERVICE_NAME,
    traceShare: environment.OTEL_TRACES_SAMPLER_ARG,
    log: environment.PICKWELL_LOG ?? file.log ?? 'info',
    redis: environment.REDIS_URL ?? resolve(file.redis, environment, 'redis'),
    copies: environment.PICKWELL_COPIES ?? file.copies,
    ladder: file.ladder,
    batch: file.batch,
    integrations: resolve(file.integrations, environment, 'integrations'),
  });
  if (!parsed.success) throw new SettingsError(describeIssues(parsed.error));
  return parsed.data;
}
