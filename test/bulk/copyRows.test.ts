import { beforeEach, describe, expect, test } from "vitest";
import { chunkBytes, copyLines, copyStatement } from "../../src/bulk/copyRows.ts";
import { withTransaction } from "../../src/database/index.ts";
import { errorCode } from "../../src/errors.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true, inPublic: true });
const statement = copyStatement(["public", "lines"], ["line"]);

beforeEach(async () => {
  await db.rows("drop table if exists lines");
  await db.rows("create table lines (line text)");
});

function countLines(): Promise<number> {
  return db.value("select count(*)::int from lines");
}

function send(lines: AsyncIterable<string> | Iterable<string>, signal?: AbortSignal) {
  return withTransaction(db.database, (client) => copyLines(client, statement, lines, signal));
}

test("counts the rows and the bytes that were sent", async () => {
  expect(await send(["a\n", "é\n", "😀\n"])).toEqual({ rows: 3, bytes: 2 + 3 + 5 });
  expect(await countLines()).toBe(3);
});

test("sends nothing for an empty source", async () => {
  expect(await send([])).toEqual({ rows: 0, bytes: 0 });
});

test("sends many chunks in their order", async () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `${index} ${"x".repeat(20)}\n`);
  const { bytes } = await send(lines);
  expect(bytes).toBeGreaterThan(10 * chunkBytes);
  const inOrder = await db.value(`
    select bool_and(split_part(line, ' ', 1)::int = position - 1)
    from (select line, row_number() over (order by ctid) as position from lines) t`);
  expect(inOrder).toBe(true);
});

test("does not run ahead of the server: the source waits for what was sent before", async () => {
  let produced = 0;
  await withTransaction(db.database, async (client) => {
    const blocker = await db.database.pool.connect();
    await blocker.query("begin; lock table lines in access exclusive mode");
    function* source() {
      for (; produced < 2000; produced++) yield `${"x".repeat(10_000)}\n`;
    }
    const copying = copyLines(client, statement, source());
    await new Promise((resolve) => setTimeout(resolve, 300));
    const ahead = produced;
    await blocker.query("commit");
    blocker.release();
    await copying;
    // 20 MB in all; the server takes none of it while it waits for the lock.
    expect(ahead).toBeLessThan(200);
  });
  expect(await countLines()).toBe(2000);
});

describe("a source that fails", () => {
  test("rejects with its own error, and the transaction is of no more use", async () => {
    const seen: unknown[] = [];
    const failing = withTransaction(db.database, async (client) => {
      await client.query("insert into lines values ('before')");
      await copyLines(client, statement, failAfter(3)).catch((error: unknown) => seen.push(error));
      await client.query("select 1").catch((error: unknown) => seen.push(errorCode(error)));
      await client.query("rollback");
      const { rows } = await client.query("select 1 as alive");
      seen.push(rows);
      throw seen[0];
    });
    await expect(failing).rejects.toThrow("no more lines");
    expect(seen[1]).toBe("25P02");
    expect(seen[2]).toEqual([{ alive: 1 }]);
    expect(await countLines()).toBe(0);
  });

  test("after megabytes leaves no row", async () => {
    await expect(send(failAfter(200_000))).rejects.toThrow("no more lines");
    expect(await countLines()).toBe(0);
  });

  async function* failAfter(lines: number): AsyncGenerator<string> {
    for (let index = 0; index < lines; index++) yield `line ${index}\n`;
    throw new Error("no more lines");
  }
});

describe("a signal", () => {
  test("ends a COPY in the middle, and the connection is gone with its transaction", async () => {
    const controller = new AbortController();
    async function* endless() {
      for (let index = 0; ; index++) {
        if (index === 50_000) controller.abort();
        yield `line ${index}\n`;
      }
    }
    await expect(send(endless(), controller.signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(await countLines()).toBe(0);
    expect(await db.value("select count(*)::int from pg_locks where relation = 'lines'::regclass")).toBe(0);
  });

  test("that was given before ends it at once", async () => {
    await expect(send(["a\n"], AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
    expect(await countLines()).toBe(0);
  });

  test("that never comes changes nothing", async () => {
    expect(await send(["a\n"], new AbortController().signal)).toEqual({ rows: 1, bytes: 2 });
  });
});

describe("the server", () => {
  test("refuses a line with too many columns, by its SQLSTATE", async () => {
    await expect(send(["a\n", "b\tc\n"])).rejects.toMatchObject({ code: "22P04" });
    expect(await countLines()).toBe(0);
  });

  test("refuses a table that is not there", async () => {
    const missing = withTransaction(db.database, (client) =>
      copyLines(client, copyStatement(["public", "absent"], ["line"]), ["a\n"]),
    );
    await expect(missing).rejects.toMatchObject({ code: "42P01" });
  });

  test("that ends the connection rejects the COPY", async () => {
    const cut = withTransaction(db.database, async (client) => {
      const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
      async function* source() {
        yield `${"x".repeat(chunkBytes)}\n`;
        await db.rows("select pg_terminate_backend($1)", [rows[0]?.pid]);
        for (let index = 0; index < 500; index++) yield `${"y".repeat(chunkBytes)}\n`;
      }
      return copyLines(client, statement, source());
    });
    await expect(cut).rejects.toThrow();
    expect(await countLines()).toBe(0);
  });
});

describe("rows are never lost in silence", () => {
  test.each([
    ["in the middle", ["a\n", "\\.\n", "b\n", "c\n"]],
    ["at the end", ["a\n", "b\n", "\\.\n"]],
    ["alone", ["\\.\n"]],
    [
      "after many chunks",
      [...Array.from({ length: 30_000 }, (_, index) => `row ${index}\n`), "\\.\n", "b\n"],
    ],
  ])("a raw end mark %s is found, by the count or by the server", async (_where, lines) => {
    const error = await send(lines).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(["INTERNAL", "22P04"]).toContain(errorCode(error));
    expect(await countLines()).toBe(0);
  });

  test("a line without its newline joins the next one, which the count shows", async () => {
    await expect(send(["a", "b\n"])).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("COPY sent 2 rows, the server stored 1"),
    });
  });
});
