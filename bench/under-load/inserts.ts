import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { numbers, texts } from '../../runtime/store/postgres/cells.ts';
import { openPostgresStore } from '../../runtime/store/postgres/postgres-store.ts';
import { median } from '../statistics.ts';
import type { Batch } from './batches.ts';
import { batchesOf } from './batches.ts';

/** Decisions a second on one connection, batches of 64, the two in turns. */
export interface Inserts {
  /** One statement that inserts the same rows from arrays, keyed alike, and nothing else. */
  bare: number;
  /** `store.transact`: locks, facts, then persons, ids, decisions, whose they are, contacts, the queue of the ledger. */
  transact: number;
  /** Median of the ratios of neighbouring stretches. */
  ratio: number;
}

const BATCH = 64;
const STRETCHES = 5;

const TABLES = `
  CREATE TABLE bare_persons (id text PRIMARY KEY, root text, profile text);
  CREATE TABLE bare_aliases (alias text PRIMARY KEY, person text);
  CREATE TABLE bare_deciders (decision text PRIMARY KEY, person text);
  CREATE TABLE bare_decisions (person text, send_key text, id text, at float8, programme text, record text,
    PRIMARY KEY (person, send_key));
  CREATE TABLE bare_contacts (person text, at float8, decision text, programme text, PRIMARY KEY (person, at, decision));
  CREATE TABLE bare_ledger (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person text, at float8, ref text)`;
const BARE = {
  name: 'bare',
  text: `WITH d AS (INSERT INTO bare_decisions SELECT * FROM
      unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::text[], $6::text[])),
    w AS (INSERT INTO bare_deciders SELECT * FROM unnest($3::text[], $1::text[])),
    p AS (INSERT INTO bare_persons SELECT * FROM unnest($11::text[], $11::text[], $12::text[])),
    a AS (INSERT INTO bare_aliases SELECT * FROM unnest($13::text[], $14::text[])),
    c AS (INSERT INTO bare_contacts SELECT * FROM unnest($7::text[], $8::float8[], $9::text[], $10::text[]))
    INSERT INTO bare_ledger (person, at, ref) SELECT * FROM unnest($1::text[], $4::float8[], $3::text[])`,
};

function valuesOf({ writes }: Batch): Buffer[] {
  const made = writes.decisions.map(({ decision }) => decision);
  const { contacts, persons, aliases } = writes;
  return [
    ...[texts(made.map((d) => d.person)), texts(made.map((d) => d.sendKey)), texts(made.map((d) => d.id))],
    ...[numbers(made.map((d) => d.at)), texts(made.map((d) => d.programme))],
    texts(made.map((d) => JSON.stringify(d))),
    ...[texts(contacts.map((c) => c.person)), numbers(contacts.map((c) => c.at))],
    ...[texts(contacts.map((c) => c.decision)), texts(contacts.map((c) => c.programme))],
    ...[texts(persons.map((p) => p.id)), texts(persons.map((p) => JSON.stringify(p)))],
    ...[texts(aliases.map((a) => a.alias)), texts(aliases.map((a) => a.person))],
  ];
}

/** Decisions a second over a stretch; making the batches is not counted, writing their bytes is. */
async function rate(next: () => Batch, ms: number, run: (batch: Batch) => Promise<unknown>): Promise<number> {
  let [spent, batches] = [0, 0];
  for (const end = performance.now() + ms; performance.now() < end; batches++) {
    const batch = next();
    const start = performance.now();
    await run(batch);
    spent += performance.now() - start;
  }
  return (batches * BATCH * 1_000) / spent;
}

/** On an empty database. */
export async function measureInserts(url: string, seconds: number): Promise<Inserts> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES);
  const store = await openPostgresStore({ url, connections: 1 });
  const next = batchesOf(BATCH);
  const bare = (batch: Batch): Promise<unknown> => client.query({ ...BARE, values: valuesOf(batch) });
  const transact = ({ query, writes }: Batch): Promise<void> => store.transact(query, () => writes);
  const rates = { bare: [] as number[], transact: [] as number[] };
  try {
    for (let i = 0; i <= STRETCHES; i++) {
      const [one, other] = [
        await rate(next, 1_000 * seconds, bare),
        await rate(next, 1_000 * seconds, transact),
      ];
      // the first of each is for the compiler
      if (i === 0) continue;
      rates.bare.push(one);
      rates.transact.push(other);
    }
  } finally {
    await store.close();
    await client.end();
  }
  const ratio = median(rates.transact.map((own, i) => own / rates.bare[i]!));
  return { bare: median(rates.bare), transact: median(rates.transact), ratio };
}
