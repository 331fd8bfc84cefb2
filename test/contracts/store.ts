import { describe } from 'vitest';
import type { Store } from '../../core/contracts/store.ts';
import { closedContract } from './store-closed.ts';
import { configurationContract } from './store-configuration.ts';
import { contextContract } from './store-context.ts';
import { erasureContract } from './store-erasure.ts';
import { learningContract } from './store-learning.ts';
import { decisionsOfContract, ledgerContract } from './store-ledger.ts';
import { outboxContract } from './store-outbox.ts';
import { resourceContract } from './store-resources.ts';
import { workContract } from './store-work.ts';

/** Opens an empty store; the suite closes it. */
export type Open = () => Promise<Store>;

/** What every store promises, whatever it keeps things in. */
export function storeContract(name: string, open: Open): void {
  describe(name, () => {
    describe('transact', () => workContract(open));
    describe('ledger', () => ledgerContract(open));
    describe('decisions of a programme', () => decisionsOfContract(open));
    describe('learning', () => learningContract(open));
    describe('contexts', () => contextContract(open));
    describe('outbox', () => outboxContract(open));
    describe('resources', () => resourceContract(open));
    describe('erasure', () => erasureContract(open));
    describe('closed list', () => closedContract(open));
    describe('configuration', () => configurationContract(open));
  });
}
