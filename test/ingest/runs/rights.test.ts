// A role that may not write the record: its loads work without, and it is told what to grant.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase, quoteIdentifier } from "../../../src/database/index.ts";
import { listRuns, RunRecord } from "../../../src/ingest/runs/index.ts";
import { useDatabase } from "../../support/database.ts";
import { giveTables } from "../../support/owners.ts";
import { makeReport, makeStart } from "./support.ts";

const db = useDatabase({ empty: true });
const role = `test_role_${randomBytes(4).toString("hex")}`;
let poor: Database;

beforeAll(async () => {
  await db.rows(`create role ${role} login password 'poor'`);
  const url = new URL(db.dsn);
  url.username = role;
  url.password = "poor";
  poor = await openDatabase({ dsn: url.toString() });
});

afterAll(async () => {
  await poor.close();
  await db.rows(`drop owned by ${role}`);
  await db.rows(`drop role ${role}`);
});

async function begin(): Promise<{ record: RunRecord | null; notices: string[] }> {
  const notices: string[] = [];
  const record = await RunRecord.begin(poor, makeStart({ catalogSchema: poor.catalogSchema }), {
    notice: (message) => void notices.push(message),
  });
  await record?.finish("completed", makeReport());
  await record?.close();
  return { record, notices };
}

/** Runs the statements that a notice names. */
async function obey(notice: string | undefined): Promise<void> {
  for (const [statement] of (notice ?? "").matchAll(/grant [^;]+;/g)) await db.rows(statement);
}

const connections = (): Promise<number> =>
  db.value(
    `select count(*)::int from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
      where l.locktype = 'advisory' and l.classid = 7266838`,
  );

it("is told to let it make the schema; then it makes the tables", async () => {
  const name = await db.value<string>("select current_database()");
  const { record, notices } = await begin();
  expect(record).toBeNull();
  expect(notices).toEqual([
    `This run is not recorded: ${role} may not create the schema copycat in ${name}. ` +
      `Its owner can allow it: grant create on database ${quoteIdentifier(name)} to ${quoteIdentifier(role)};`,
  ]);
  await obey(notices[0]);
  const again = await begin();
  expect(again.notices).toEqual([]);
  expect(await listRuns(poor)).toHaveLength(1);
});

it("is told to let it write tables that somebody else made; then it does", async () => {
  await giveTables(db, "copycat", "current_user", { andSchema: true });
  const { record, notices } = await begin();
  expect(record).toBeNull();
  expect(notices[0]).toContain(`This run is not recorded: ${role} may not write copycat.run in `);
  await expect(listRuns(poor)).rejects.toMatchObject({ code: "PERMISSION" });
  await obey(notices[0]);
  expect((await begin()).notices).toEqual([]);
  // The server takes a moment to see that a connection is gone.
  await expect.poll(connections).toBe(0);
});
