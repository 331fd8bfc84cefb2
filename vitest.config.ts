import { defineConfig } from 'vitest/config';

// eslint-disable-next-line no-restricted-syntax -- vitest reads the default export of its configuration
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // the default leaves one core to whoever watches: half of two
    maxWorkers: '100%',
    // machines differ by a factor of three from one hour to the next: what hangs is found all the same
    testTimeout: 90_000,
  },
});
