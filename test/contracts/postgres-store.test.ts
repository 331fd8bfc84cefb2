import { describe } from 'vitest';
import { postgresServer } from '../support/postgres.ts';
import { storeContract } from './store.ts';

const server = await postgresServer();

describe.skipIf(server === undefined)('with a server', () => {
  storeContract('the store in PostgreSQL', () => server!.store());
});
