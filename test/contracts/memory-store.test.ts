import { openMemoryStore } from '../../runtime/store/memory-store.ts';
import { storeContract } from './store.ts';

storeContract('the store in memory', () => Promise.resolve(openMemoryStore()));
