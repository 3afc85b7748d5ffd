// A catalog of a schema that copycat does not know is left alone, with a sentence.

import { expect } from "vitest";
import { callCli } from "../../support/cli.ts";
import type { TestDatabase } from "../../support/database.ts";

const counts =
  "select (select count(*) from nodes) as nodes, (select count(*) from nodes_closure) as closure";

/** An ingest ends with 1, says what to do, and changes nothing. */
export async function expectRefusal(database: TestDatabase, input: string): Promise<void> {
  const before = await database.rows(counts);
  const { code, stderr } = await callCli(["ingest", input, "--dsn", database.dsn, "--quiet"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/has the stamp \w+; this version writes to .*A newer one: use a newer copycat/);
  expect(await database.rows(counts)).toEqual(before);
}
