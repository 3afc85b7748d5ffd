// The suites of catalog, stores and targets with their databases on three servers in turn.

import { defineConfig } from "vitest/config";
import { suites } from "./test/support/suites.ts";
import plain from "./vitest.config.ts";

export default defineConfig({
  test: { ...plain.test, env: { COPYCAT_TEST_PROFILE: "servers" }, include: suites("targets") },
});
