import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Need a server with pgvector, or Python: npm run test:pgvector, npm run test:interop.
    exclude: [...configDefaults.exclude, "test/pgvector/**", "test/interop/**"],
    globalSetup: ["test/support/globalSetup.ts"],
    // A file waits for its server half of the time, so that two at once keep two cores busy; vitest's own choice is one less.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
