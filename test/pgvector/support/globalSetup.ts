// The database for tests that need pgvector: TEST_PGVECTOR_URL, else a server of our own. Never skipped silently.

import type { TestProject } from "vitest/node";
import { startPgvector } from "./server.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_PGVECTOR_URL;
  const server =
    given !== undefined && given !== ""
      ? { dsn: given, stop: async () => undefined }
      : await startPgvector({ durable: false });
  project.provide("serverUrl", server.dsn);
  // There is no catalog without btree_gin: a test that asks for one is told so by the name.
  project.provide("template", "tests_with_pgvector_use_empty_databases");
  return async () => {
    await server.stop();
  };
}
