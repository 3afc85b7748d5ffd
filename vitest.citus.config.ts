// Catalogs on a Citus cluster, against the same on a plain PostgreSQL: needs TEST_CITUS_URL, or the programs for a cluster.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/citus/**/*.test.ts"],
    globalSetup: ["test/citus/support/globalSetup.ts", "test/support/globalSetup.ts"],
    // Schemas of one cluster, of which a test stops a worker.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
