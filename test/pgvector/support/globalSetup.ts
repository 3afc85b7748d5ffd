// The database for tests that need pgvector: TEST_PGVECTOR_URL, else a server of our own. Never skipped silently.

import type { TestProject } from "vitest/node";
import { startPgvector } from "./server.ts";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_PGVECTOR_URL;
  const server =
    given !== undefined && given !== ""
      ? { dsn: given, stop: async () => undefined }
      : await startPgvector({ durable: false });
  // There is no catalog without btree_gin: a test that asks for one is told so by the name.
  const template = "tests_with_pgvector_use_empty_databases";
  project.provide("serverUrl", server.dsn);
  project.provide("template", template);
  project.provide("servers", [{ url: server.dsn, template }]);
  project.provide("profile", "plain");
  return async () => {
    await server.stop();
  };
}
