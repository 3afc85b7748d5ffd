// A stock Tiled over our catalogs, and copycat over Tiled's: needs Python, and a Tiled that it fetches with pip.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/interop/**/*.test.ts"],
    // In this order: what is missing is said before a PostgreSQL is started.
    globalSetup: ["test/interop/support/globalSetup.ts", "test/support/globalSetup.ts"],
    setupFiles: ["test/interop/support/endWithRun.ts"],
    // Each file starts servers, and two cores have enough to do with one of them.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
