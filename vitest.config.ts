import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Need a server with pgvector, or Python: npm run test:pgvector, npm run test:interop.
    exclude: [...configDefaults.exclude, "test/pgvector/**", "test/interop/**"],
    globalSetup: ["test/support/globalSetup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
