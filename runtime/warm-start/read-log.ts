import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { CsvError } from 'csv-parse';
import { parse } from 'csv-parse';
import { z } from 'zod';
import type { Programme } from '../../core/domain/programme.ts';
import type { LoggedSend } from '../../core/learn/send-log.ts';
import { rewardRange } from '../../core/policies/posterior.ts';
import { optionsOf } from '../../core/policies/policy.ts';
import { SettingsError } from '../settings.ts';

/** Names of the fields of a line. */
export interface Fields {
  action: string;
  reward: string;
  propensity: string;
  context: string;
}

/** A line that is left out, and why. */
export interface BadLine {
  line: number;
  problem: string;
}

/** The lines of a log, and those that cannot be used. */
export interface ReadLog {
  sends: LoggedSend[];
  bad: BadLine[];
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

function lineSchema(programme: Programme, fields: Fields) {
  const options = optionsOf(programme, programme.variants);
  const { low, high } = rewardRange(programme);
  const scalar = z.union([z.string(), z.number(), z.boolean()], 'text, numbers, true or false');
  const reward = `a number from ${low} to ${high}, as the goal counts it`;
  const likely = 'a probability above 0 and at most 1';
  return z.object({
    [fields.action]: z.enum(options, `one of ${options.join(', ')}`),
    [fields.reward]: z.number(reward).min(low, reward).max(high, reward),
    [fields.propensity]: z.number(likely).positive(likely).max(1, likely).nullish(),
    [fields.context]: z.record(z.string(), scalar, 'an object of text, numbers, true and false').nullish(),
  });
}

/** What stands in one line, or why nothing can be read there. */
interface Line {
  line: number;
  value?: unknown;
  problem?: string;
}

type Taken = (bytes: number) => void;

async function* jsonLines(path: string, taken: Taken): AsyncGenerator<Line> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line++;
    taken(Buffer.byteLength(text) + 1);
    if (text.trim() === '') continue;
    const value = jsonOf(text);
    yield value === undefined ? { line, problem: 'expected a JSON object' } : { line, value };
  }
}

/** @throws SettingsError for a table that lacks the columns without which it says nothing. */
async function* csvLines(
  path: string,
  { context = {} }: Programme,
  { fields, taken }: { fields: Fields; taken: Taken },
): AsyncGenerator<Line> {
  const bad: Line[] = [];
  const columns = (names: string[]): string[] => {
    const missing = [fields.action, fields.reward].find((name) => !names.includes(name));
    if (missing === undefined) return names;
    throw new SettingsError(`${path}: expected a column ${missing}, among ${names.join(', ')}`);
  };
  const parser = createReadStream(path)
    .on('data', (chunk) => taken(chunk.length))
    .pipe(parse({ columns, bom: true, info: true, skipEmptyLines: true, skipRecordsWithError: true }))
    .on(
      'skip',
      ({ lines, message }: CsvError) =>
        void bad.push({ line: Number(lines), problem: message.replace(/ on line \d+$/, '') }),
    );
  for await (const read of parser) {
    const { record, info } = read as { record: Record<string, string>; info: { lines: number } };
    yield* bad.splice(0);
    yield { line: info.lines, value: sendOf(record, context, fields) };
  }
  yield* bad;
}

/** Empty cells say nothing; what is no number stays text, and is told as that. */
const numberIn = (cell: string | undefined): unknown =>
  cell === undefined || cell.trim() === '' ? undefined : Number.isNaN(Number(cell)) ? cell : Number(cell);

/** A row as the object a line of JSON would be: columns of features have their names, or `context.` before them. */
function sendOf(
  record: Readonly<Record<string, string>>,
  declared: NonNullable<Programme['context']>,
  fields: Fields,
): Record<string, unknown> {
  const context = Object.entries(declared).flatMap(([name, { type }]) => {
    const cell = record[`${fields.context}.${name}`] ?? record[name] ?? '';
    return cell === '' ? [] : [[name, type === 'number' ? numberIn(cell) : cell] as const];
  });
  return {
    [fields.action]: record[fields.action],
    [fields.reward]: numberIn(record[fields.reward]),
    [fields.propensity]: numberIn(record[fields.propensity]),
    [fields.context]: Object.fromEntries(context),
  };
}

/**
 * Reads a send log: a table with a header (`.csv`), or one JSON object a line. Lines that cannot be used are left out and told.
 * @param taken called with the bytes that were read
 * @throws SettingsError for a table that lacks the columns without which it says nothing
 */
export async function readLog(
  path: string,
  programme: Programme,
  how: { fields: Fields; taken: Taken },
): Promise<ReadLog> {
  const { fields, taken } = how;
  const schema = lineSchema(programme, fields);
  const read: ReadLog = { sends: [], bad: [] };
  const lines = path.endsWith('.csv') ? csvLines(path, programme, how) : jsonLines(path, taken);
  for await (const { line, value, problem } of lines) {
    const { data, error } = schema.safeParse(value);
    if (data && problem === undefined) {
      read.sends.push({
        option: data[fields.action] as string,
        context: (data[fields.context] ?? {}) as LoggedSend['context'],
        reward: data[fields.reward] as number,
        propensity: (data[fields.propensity] ?? undefined) as number | undefined,
      });
      continue;
    }
    const problems = error?.issues.map(({ path: at, message }) =>
      at.length === 0 ? 'expected a JSON object' : `${at.join('.')}: expected ${message}`,
    );
    read.bad.push({ line, problem: problem ?? problems!.join('; ') });
  }
  // rows that are no rows are told of late
  read.bad.sort((a, b) => a.line - b.line);
  return read;
}
