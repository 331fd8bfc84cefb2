import { defineConfig } from 'vitest/config';

// eslint-disable-next-line no-restricted-syntax -- vitest reads the default export of its configuration
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // the default leaves one core to whoever watches: half of two
    maxWorkers: '100%',
    testTimeout: 30_000,
  },
});
