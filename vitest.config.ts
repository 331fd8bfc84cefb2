import { configDefaults, defineConfig } from 'vitest/config';

const ALL = 'test/**/*.test.ts';
/** Values in, values out: whoever runs after them in the same process finds it as they did, with the modules loaded. */
const PURE = ['test/{core,connectors,webhooks}/**/*.test.ts', 'test/runtime/programmes/*.test.ts'];

// eslint-disable-next-line no-restricted-syntax -- vitest reads the default export of its configuration
export default defineConfig({
  test: {
    pool: 'forks',
    // the default leaves one core to whoever watches: half of two
    maxWorkers: '100%',
    // machines differ by a factor of three from one hour to the next: what hangs is found all the same
    testTimeout: 90_000,
    projects: [
      {
        extends: true,
        test: { name: 'a process each', include: [ALL], exclude: [...configDefaults.exclude, ...PURE] },
      },
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
    ],
  },
});
