// Faults by the hundred: processes, backends and servers are killed, networks cut, disks filled. Takes minutes.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/faults/**/*.test.ts"],
    // The servers are the suite's own, and each test takes all there is of the machine.
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
  },
});
