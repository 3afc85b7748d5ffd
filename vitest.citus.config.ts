// The suites of catalog and stores on a Citus cluster, and what is its own: needs TEST_CITUS_URL, or the programs for a cluster.

import { configDefaults, defineConfig } from "vitest/config";
import { suites } from "./test/support/suites.ts";
import plain from "./vitest.config.ts";

export default defineConfig({
  test: {
    ...plain.test,
    env: { COPYCAT_TEST_PROFILE: "citus" },
    include: suites("citus"),
    exclude: [...configDefaults.exclude],
    globalSetup: ["test/support/citusSetup.ts", "test/support/globalSetup.ts"],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
