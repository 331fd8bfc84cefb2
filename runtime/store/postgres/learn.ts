import type { ArmReward, Credit, FoldWrites, ModelSnapshot } from '../../../core/contracts/records.ts';
import type { KnownModels, StoredModel } from '../../../core/contracts/stored-model.ts';
import { FOLD_LEASE } from '../../../core/contracts/store.ts';
import { sha256 } from '../ledger.ts';
import { modelMarks } from '../model-marks.ts';
import { CHANGED, NOTIFY } from './changes.ts';
import { numbers, texts } from './cells.ts';
import type { Database, Prepared } from './database.ts';
import { removing } from './erase.ts';
import { HELD } from './leases.ts';
import { seal } from './seal.ts';
import type { Call, Session } from './session.ts';
import { call } from './session.ts';
import { outcomeCalls } from './write.ts';

const POSITION = { name: 'position', text: 'SELECT position FROM pickwell.progress' };
const LOCK_POSITION = { name: 'lock_position', text: `${POSITION.text} FOR UPDATE` };
const MOVE = { name: 'move_position', text: 'UPDATE pickwell.progress SET position = $1' };
const LAST = '(SELECT max(version) FROM pickwell.model_versions WHERE programme = id)';
const VERSIONS = {
  name: 'versions',
  text: `SELECT id AS programme, greatest(${LAST}, (SELECT version FROM pickwell.models WHERE programme = id), 0) AS version
    FROM unnest($1::text[]) AS q(id)`,
};
const MODELS = {
  name: 'models',
  text: `SELECT id AS programme, coalesce(version, 0) AS version, coalesce(position, 0) AS position, coalesce(hash, '') AS hash,
      coalesce(state, '') AS state, greatest(version, written) AS last
    FROM (SELECT id, ${LAST} AS written
      FROM (SELECT id FROM pickwell.programmes UNION SELECT programme FROM pickwell.models) AS own) AS known
    LEFT JOIN pickwell.models ON programme = id
    WHERE coalesce(version, written) IS NOT NULL AND version || ' ' || hash IS DISTINCT FROM $1::jsonb ->> id`,
};
const SAVE_MODEL = {
  name: 'save_model',
  text: `INSERT INTO pickwell.models (programme, version, position, hash, state) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (programme) DO UPDATE SET version = excluded.version, position = excluded.position,
      hash = excluded.hash, state = excluded.state`,
};
const SAVE_VERSION = {
  name: 'save_model_version',
  text: 'INSERT INTO pickwell.model_versions (programme, version, position, hash) VALUES ($1, $2, $3, $4)',
};
const CREDITS = {
  name: 'credits',
  text: `INSERT INTO pickwell.credits (person, decision, signal, programme, worth, delay)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[])
    ON CONFLICT (person, decision, signal) DO UPDATE SET worth = excluded.worth, delay = excluded.delay`,
};
const REMOVE_CREDITS = {
  name: 'remove_some_credits',
  text: `DELETE FROM pickwell.credits AS c USING unnest($1::text[], $2::text[], $3::text[]) AS r(person, decision, signal)
    WHERE c.person = r.person AND c.decision = r.decision AND c.signal = r.signal`,
};
const REWARDS = {
  name: 'rewards',
  text: `INSERT INTO pickwell.rewards (person, programme, arm, reward)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[])`,
};
const REMOVE_REWARDS = {
  name: 'remove_some_rewards',
  text: `DELETE FROM pickwell.rewards AS w USING unnest($1::text[], $2::text[]) AS r(person, programme)
    WHERE w.person = r.person AND w.programme = r.programme`,
};

export async function position(db: Database): Promise<number> {
  return (await db.one<{ position: number }>(POSITION))!.position;
}

export const models = (db: Database, known: KnownModels = new Map()): Promise<StoredModel[]> =>
  db.rows<StoredModel>(MODELS, modelMarks(known));

/** One transaction; null when somebody else folded since, or may: a newer holder has the lease. */
export async function commitFold(db: Database, writes: FoldWrites): Promise<ModelSnapshot[] | null> {
  // what the ledger says of those who are forgotten has to be in it
  if (writes.forgotten.length > 0) await seal(db);
  return db.transaction((session) => folding(session, writes));
}

async function folding(session: Session, writes: FoldWrites): Promise<Prepared<ModelSnapshot[] | null>> {
  const programmes = texts(writes.snapshots.map(({ programme }) => programme));
  const [leases, [at], known] = await session.ask<
    [{ epoch: number }[], { position: number }[], { programme: string; version: number }[]]
  >(call(HELD, FOLD_LEASE), call(LOCK_POSITION), call(VERSIONS, programmes));
  const fenced = writes.epoch !== undefined && leases[0]?.epoch !== writes.epoch;
  if (fenced || at!.position !== writes.expected) return { calls: [], value: null };
  const versions = new Map(known.map(({ programme, version }) => [programme, version]));
  const saved = writes.snapshots.map(({ programme, position: upTo, state }): ModelSnapshot => {
    const version = (versions.get(programme) ?? 0) + 1;
    versions.set(programme, version);
    return { programme, version, position: upTo, hash: sha256(state), state };
  });
  const forgotten = writes.forgotten.length === 0 ? [] : await removing(session, writes.forgotten);
  const calls = [
    ...learned(writes),
    ...outcomeCalls(writes.outcomes),
    ...forgotten,
    call(MOVE, writes.position),
    ...saved.flatMap(modelCalls),
    ...(saved.length === 0 ? [] : [call(CHANGED), call(NOTIFY)]),
  ];
  return { calls, value: saved };
}

const modelCalls = ({ programme, version, position: upTo, hash, state }: ModelSnapshot): Call[] => [
  call(SAVE_MODEL, programme, version, upTo, hash, state),
  call(SAVE_VERSION, programme, version, upTo, hash),
];

function learned({ credits, removedCredits, rewards, removedRewards }: FoldWrites): Call[] {
  const key = (c: Credit): string => JSON.stringify([c.person, c.decision, c.signal]);
  const last = [...new Map(credits.map((credit) => [key(credit), credit])).values()];
  const calls: Call[] = [];
  if (last.length > 0) calls.push(call(CREDITS, ...creditKeys(last), ...worths(last)));
  if (removedCredits.length > 0) calls.push(call(REMOVE_CREDITS, ...creditKeys(removedCredits)));
  if (removedRewards.length > 0) calls.push(call(REMOVE_REWARDS, ...rewardKeys(removedRewards)));
  if (rewards.length > 0) {
    const [arms, sums] = [texts(rewards.map((r) => r.arm)), numbers(rewards.map((r) => r.reward))];
    calls.push(call(REWARDS, ...rewardKeys(rewards), arms, sums));
  }
  return calls;
}

const creditKeys = (rows: readonly Credit[]): Buffer[] => [
  texts(rows.map((c) => c.person)),
  texts(rows.map((c) => c.decision)),
  texts(rows.map((c) => c.signal)),
];

const worths = (rows: readonly Credit[]): Buffer[] => [
  texts(rows.map((c) => c.programme)),
  numbers(rows.map((c) => c.worth)),
  numbers(rows.map((c) => c.delay ?? null)),
];

const rewardKeys = (rows: readonly Pick<ArmReward, 'person' | 'programme'>[]): Buffer[] => [
  texts(rows.map((r) => r.person)),
  texts(rows.map((r) => r.programme)),
];
