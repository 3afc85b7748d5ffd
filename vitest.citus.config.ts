// The suites of catalog and stores on a Citus cluster, then what is its own: needs TEST_CITUS_URL, or the programs for a cluster.

import { defineConfig } from "vitest/config";
import { suites } from "./test/support/suites.ts";
import plain from "./vitest.config.ts";

const env = { COPYCAT_TEST_PROFILE: "citus" };
const { globalSetup: _, ...rest } = plain.test ?? {};
const common = { ...rest, env, testTimeout: 120_000, hookTimeout: 300_000 };

/** What is not on a cluster as on a server; test/citus has its own tests of repairs and of promoted keys. */
const elsewhere = [
  // Looks at plans and locks, which are those of the worker.
  "test/catalog/newerTiled.test.ts",
  "test/ingest/files/plans.test.ts",
  "test/catalog/search/plans.test.ts",
  "test/catalog/readers.test.ts",
  // Of a distributed table only the worker knows how many rows it has.
  "test/catalog/loadNodes/statistics.test.ts",
  // Makes the connection one of another role before the commit, which then may not drop the staging tables.
  "test/catalog/loadNodes/afterCommit.test.ts",
  // Compares what is in `public` with what Tiled makes there, or makes a database of its own.
  "test/catalog/schema/schema.test.ts",
  "test/catalog/hiddenSchema.test.ts",
  "test/catalog/otherSchema.test.ts",
  "test/catalog/promoted/otherSchema.test.ts",
  "test/catalog/ensureCatalog.test.ts",
  "test/catalog/otherSettings.test.ts",
  // Damages a catalog by several statements in one text, and by triggers that are off, neither of which Citus takes.
  "test/catalog/verify.test.ts",
  "test/catalog/repair.test.ts",
  // Loads without the right to make tables in the schema, which staging beside the catalog needs.
  "test/catalog/loadNodes/guardOwner.test.ts",
  // A move of a dataset stages in temp tables, which are on the coordinator: refused.
  "test/catalog/copyDataset.test.ts",
];

export default defineConfig({
  test: {
    env,
    globalSetup: ["test/support/citusSetup.ts", "test/support/globalSetup.ts"],
    projects: [
      { test: { ...common, name: "suites", include: suites(), exclude: elsewhere } },
      {
        test: {
          ...common,
          name: "citus",
          include: ["test/citus/**/*.test.ts"],
          exclude: [],
          // One of them stops a worker.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
