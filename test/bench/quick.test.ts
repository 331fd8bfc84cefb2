import { expect, test } from 'vitest';
import { quickResults } from '../../bench/learn/quick.ts';

// the first 10,000 rounds of E1, E2 and E3, seeds 0-4: within four standard errors of what was measured
test.each(quickResults())('auto loses no more in $world than it did', ({ mean, most }) => {
  expect(mean).toBeLessThan(most);
});
