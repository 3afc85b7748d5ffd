// The service's page in a real browser: needs a Chromium, CHROMIUM_PATH or one of the usual places.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/service/page/browser/**/*.test.ts"],
    globalSetup: ["test/support/globalSetup.ts"],
    // One browser at a time: what it draws in a second is looked at.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
