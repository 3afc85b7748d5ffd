// Tests on a PostgreSQL with pgvector: its own, and those of the rooms that find out what a server has.

import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/pgvector/**/*.test.ts", "test/memory/**/*.test.ts", "test/bulk/**/*.test.ts"],
    // The server's package has no contrib, and this one makes a foreign table with postgres_fdw.
    exclude: [...configDefaults.exclude, "test/bulk/inspectTable.test.ts"],
    globalSetup: ["test/pgvector/support/globalSetup.ts"],
    // Golden files are written by the other tests; here they have to agree.
    update: "none",
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
