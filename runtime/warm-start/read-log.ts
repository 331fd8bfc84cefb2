import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Programme } from '../../core/domain/programme.ts';
import type { LoggedSend } from '../../core/learn/send-log.ts';
import { rewardRange } from '../../core/policies/posterior.ts';
import { optionsOf } from '../../core/policies/policy.ts';

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

/**
 * Reads a send log of one JSON object a line. Lines that cannot be used are left out and told.
 * @param taken called with the bytes of every line
 */
export async function readLog(
  path: string,
  programme: Programme,
  { fields, taken }: { fields: Fields; taken: (bytes: number) => void },
): Promise<ReadLog> {
  const schema = lineSchema(programme, fields);
  const read: ReadLog = { sends: [], bad: [] };
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line++;
    taken(Buffer.byteLength(text) + 1);
    if (text.trim() === '') continue;
    const { data, error } = schema.safeParse(jsonOf(text));
    if (data) {
      read.sends.push({
        option: data[fields.action] as string,
        context: (data[fields.context] ?? {}) as LoggedSend['context'],
        reward: data[fields.reward] as number,
        propensity: (data[fields.propensity] ?? undefined) as number | undefined,
      });
      continue;
    }
    const problems = error.issues.map(({ path: at, message }) =>
      at.length === 0 ? 'expected a JSON object' : `${at.join('.')}: expected ${message}`,
    );
    read.bad.push({ line, problem: problems.join('; ') });
  }
  return read;
}
