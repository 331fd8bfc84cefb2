import { describe } from 'vitest';
import { openMemoryStore } from '../../runtime/store/memory-store.ts';
import { storeContract } from './store.ts';
import { outboxClockContract } from './store-outbox.ts';

const open = () => Promise.resolve(openMemoryStore());

storeContract('the store in memory', open);
describe('the outbox in memory', () => outboxClockContract(open));
