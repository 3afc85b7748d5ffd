import type { PoolClient } from "pg";
import { beforeEach, describe, expect, test } from "vitest";
import { copyStatement } from "../../src/bulk/copyRows.ts";
import { type CopyPart, copyTogether } from "../../src/bulk/copyTogether.ts";
import { withTransaction } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true, inPublic: true });

beforeEach(async () => {
  await db.rows("drop table if exists head, body");
  await db.rows("create table head (id int primary key)");
  await db.rows("create table body (id int, line text)");
});

function* chunksOf(lines: Iterable<string>) {
  for (const line of lines) yield { bytes: Buffer.from(line), rows: line.split("\n").length - 1 };
}

const heads = (lines: Iterable<string>): CopyPart => ({
  statement: copyStatement(["public", "head"], ["id"]),
  chunks: chunksOf(lines),
});

const bodies = (lines: Iterable<string>): CopyPart => ({
  statement: copyStatement(["public", "body"], ["id", "line"]),
  chunks: chunksOf(lines),
});

async function counts(client: { query: PoolClient["query"] } = db.database.pool): Promise<unknown> {
  const { rows } = await client.query(
    "select (select count(*)::int from head) as head, (select count(*)::int from body) as body",
  );
  return rows[0];
}

test("stores all parts, and counts each by itself", async () => {
  const sent = await withTransaction(db.database, (client) =>
    copyTogether(client, [heads(["1\n", "2\n"]), bodies(["1\ta\n2\tb\n", "2\té\n"])]),
  );
  expect(sent).toEqual([
    { rows: 2, bytes: 4 },
    { rows: 3, bytes: 8 + 5 },
  ]);
  expect(await counts()).toEqual({ head: 2, body: 3 });
});

test("parts without rows are parts", async () => {
  const parts = [heads([]), bodies([]), heads(["7\n"])];
  const sent = await withTransaction(db.database, (client) => copyTogether(client, parts));
  expect(sent.map(({ rows }) => rows)).toEqual([0, 0, 1]);
  expect(await counts()).toEqual({ head: 1, body: 0 });
});

test("sends the second part while the server works on the first", async () => {
  const blocker = await db.database.pool.connect();
  // The first row waits until it is known whether this one stays.
  await blocker.query("begin; insert into head values (1)");
  let isSent = false;
  const storing = withTransaction(db.database, (client) =>
    copyTogether(client, [heads(["1\n"]), bodies(["1\ta\n"])], () => {
      isSent = true;
    }),
  );
  await expect.poll(() => db.value("select count(*)::int from pg_locks where not granted")).toBe(1);
  await expect.poll(() => isSent).toBe(true);
  await blocker.query("rollback");
  blocker.release();
  await storing;
  expect(await counts()).toEqual({ head: 1, body: 1 });
});

describe("an error", () => {
  test("in the first part leaves the second undone, and the connection of use", async () => {
    await withTransaction(db.database, async (client) => {
      const parts = [
        { before: "savepoint here; ", ...heads(["1\n", "1\n"]) },
        { before: "release savepoint here; ", ...bodies(Array.from({ length: 500 }, () => "1\tx\n")) },
      ];
      await expect(copyTogether(client, parts)).rejects.toMatchObject({ code: "23505" });
      await client.query("rollback to savepoint here; release savepoint here");
      await copyTogether(client, [heads(["2\n"]), bodies(["2\tb\n"])]);
    });
    expect(await counts()).toEqual({ head: 1, body: 1 });
  });

  test("in the second part ends the transaction", async () => {
    const storing = withTransaction(db.database, (client) =>
      copyTogether(client, [heads(["1\n"]), bodies(["no number\tx\n"])]),
    );
    await expect(storing).rejects.toMatchObject({ code: "22P02" });
    expect(await counts()).toEqual({ head: 0, body: 0 });
  });

  test("in a statement sends no rows", async () => {
    let read = 0;
    const chunks = (function* () {
      read += 1;
      yield { bytes: Buffer.from("1\n"), rows: 1 };
    })();
    const storing = withTransaction(db.database, (client) =>
      copyTogether(client, [{ statement: copyStatement(["public", "nowhere"], ["id"]), chunks }]),
    );
    await expect(storing).rejects.toMatchObject({ code: "42P01" });
    expect(read).toBe(0);
  });

  test("of the source is what is thrown; the server keeps nothing", async () => {
    const source = (function* () {
      yield "1\ta\n";
      throw new RangeError("the source broke");
    })();
    await withTransaction(db.database, async (client) => {
      await client.query("savepoint here");
      const parts = [heads(["1\n"]), bodies(source)];
      await expect(copyTogether(client, parts)).rejects.toThrow(RangeError);
      await client.query("rollback to savepoint here");
      expect(await counts(client)).toEqual({ head: 0, body: 0 });
    });
  });

  test("rows that the server did not count are not passed over", async () => {
    const short = { ...heads([]), chunks: [{ bytes: Buffer.from("1\n2\n"), rows: 3 }] };
    const storing = withTransaction(db.database, (client) =>
      copyTogether(client, [short, bodies(["1\ta\n"])]),
    );
    await expect(storing).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("COPY sent 3 rows, the server stored 2"),
    });
    expect(await counts()).toEqual({ head: 0, body: 0 });
  });

  test("of the connection ends it while more is to come than the socket takes", async () => {
    const blocker = await db.database.pool.connect();
    await blocker.query("begin; insert into head values (1)");
    const chunk = "1\tx\n".repeat(16_384);
    let made = 0;
    const source = (function* () {
      for (; made < 2000; made++) yield chunk;
    })();
    const storing = withTransaction(db.database, (client) =>
      copyTogether(client, [heads(["1\n"]), bodies(source)]),
    );
    const failed = expect(storing).rejects.toThrow();
    const waiting =
      "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    await expect.poll(() => db.value(`select count(*)::int from (${waiting}) w`)).toBe(1);
    // 131 MB in all: no more is made than waits in the socket and up to the limit.
    const ahead = made * chunk.length;
    expect(ahead).toBeLessThan(40e6);
    await db.rows(`select pg_terminate_backend(pid) from (${waiting}) w`);
    await failed;
    expect(made).toBeLessThan(2000);
    await blocker.query("rollback");
    blocker.release();
    expect(await counts()).toEqual({ head: 0, body: 0 });
  });
});
