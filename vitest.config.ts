import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { parse } from 'yaml';

/** The bundle inlines .yaml and .sh files as text, and themes and providers as what they say; the tests read them the same way. */
const textFiles = {
  name: 'text-files',
  enforce: 'pre' as const,
  load(id: string) {
    if (!/\.(yaml|sh)$/.test(id)) return undefined;
    const text = readFileSync(id, 'utf8');
    return `export default ${JSON.stringify(/\/(themes|providers)\/[^/]+\.yaml$/.test(id) ? parse(text) : text)}`;
  },
};

/**
 * A deadline of a test is there to end it, not to judge a machine: in a wait it costs nothing until the test fails. `testTimeout`, and what
 * kit/ waits for, are many times what a quiet machine needs.
 */
const project = (name: string, testTimeout: number, extra: object = {}) => ({
  plugins: [textFiles],
  define: { __VERSION__: '"test"' },
  test: {
    name,
    include: [`test/${name}/**/*.test.{ts,tsx}`],
    testTimeout,
    hookTimeout: testTimeout * 2,
    expect: { poll: { timeout: 20_000 } },
    ...extra,
  },
});

/** Where `.ci/run` wants to read which tests failed: a file for each run of vitest. */
const { TEST_REPORTS: reports, CONFORMANCE_KUBECONFIG: real } = process.env;
const report = `${reports}/${real ? 'real-' : ''}${process.pid}.json`;

export default defineConfig({
  test: {
    reporters: reports ? ['default', ['json', { outputFile: report }]] : ['default'],
    // Left to itself it would keep a processor free, which on two is half of them; and a third of a file's time is waiting.
    maxWorkers: availableParallelism() + 1,
    projects: [
      // Files of these share a worker's modules: to load them anew for each file was a third of the whole time.
      project('unit', 40_000, { isolate: false }),
      project('screen', 60_000, { isolate: false }),
      project('conformance', 120_000, {
        isolate: false,
        // Recorded from a real server whose people have known tokens; those of the test cluster are made anew each time.
        exclude: real ? ['test/conformance/access.test.ts'] : [],
      }),
      project('e2e', 240_000),
      project('faults', 240_000),
      // One cluster, two cores: the real suite runs file by file.
      project('real', 600_000, { fileParallelism: false }),
    ],
  },
});
