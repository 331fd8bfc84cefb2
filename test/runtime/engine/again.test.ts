import { expect, it } from 'vitest';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { proveAgain } from '../../support/proofs/again.ts';

/** `npm run prove` has the longer run. */
const DECISIONS = 1_200;

it(`${DECISIONS} recorded decisions, made again from their records, are dropped, drawn and reasoned alike`, async () => {
  const { counts, wrong } = await proveAgain(openMemoryStore(), DECISIONS, '0');
  expect(wrong).toEqual([]);
  // that everything had something to do
  expect(counts.decisions).toBeGreaterThanOrEqual(DECISIONS);
  const all = ['policy', 'holdout', 'guardrail', 'pinned', 'approval', 'dates', 'consent', 'eligibility'];
  all.push('quiet-hours', 'suppression', 'caps', 'frequency', 'budget', 'inventory', 'capacity');
  all.push('sendAt', 'retryAt', 'pieces', 'arbitration', 'coupon', 'route');
  for (const what of all) expect(counts[what] ?? 0, what).toBeGreaterThan(5);
});
