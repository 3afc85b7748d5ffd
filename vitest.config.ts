import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Need a server with pgvector or Citus, Python, Chromium, or minutes: npm run test:pgvector, test:citus, test:interop,
    // test:browser, test:faults.
    exclude: [
      ...configDefaults.exclude,
      "test/pgvector/**",
      "test/citus/**",
      "test/interop/**",
      "test/service/page/browser/**",
      "test/faults/**",
    ],
    globalSetup: ["test/support/globalSetup.ts"],
    // A file waits for its server half of the time, so that two at once keep two cores busy; vitest's own choice is one less.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    // What is waited for comes soon; on a machine that is busy with other tests, a second is not enough.
    expect: { poll: { timeout: 10_000 } },
    hookTimeout: 120_000,
  },
});
