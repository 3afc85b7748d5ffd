// What fails after the commit is told: the rows are in, and a load that called itself failed would not be true.

import { randomBytes } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { dataset, load } from "../../support/nodes.ts";

const db = useDatabase();
const role = `nobody_${randomBytes(4).toString("hex")}`;

afterAll(async () => {
  await db.rows(`reset role`);
  await db.rows(`drop role if exists ${role}`);
});

test("a server that answers no more after the commit is a notice, not a failure", async () => {
  await db.rows(`create role ${role}`);
  await db.rows("revoke usage on schema public from public");
  const { report, notices } = await load(db.database, dataset("late", 5), {
    // The connection goes back to the pool as one that may do nothing.
    beforeCommit: async (client) => void (await client.query(`set role ${role}`)),
  });
  expect(report.nodes.inserted).toBe(11);
  expect(notices).toEqual([
    expect.stringMatching(/^All is in, but VACUUM \(ANALYZE\) was not done: permission denied/),
  ]);
  await db.rows("reset role");
  expect(await db.value<number>("select count(*)::int from nodes")).toBe(12);
});
