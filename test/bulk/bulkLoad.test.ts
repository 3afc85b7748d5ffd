import { beforeEach, describe, expect, test } from "vitest";
import {
  type BeforeCommit,
  type BulkReport,
  bulkLoad,
  type RejectedRow,
  type Row,
} from "../../src/bulk/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { CopycatError } from "../../src/errors.ts";
import { counts, table, useItems } from "./items.support.ts";

const { db, load, stored } = useItems();

describe("keys that stand twice in the input", () => {
  const rows: Row[] = [
    ["a", 1, null, ""],
    ["b", 1, null, ""],
    ["a", 2, null, ""],
    ["a", 3, null, ""],
  ];

  test.each([
    ["skip", 1],
    ["update", 3],
  ] as const)("under %s row %i of them counts", async (policy, value) => {
    expect(await load(rows, policy)).toEqual({ ...counts, read: 4, inserted: 2, duplicates: 2 });
    expect((await stored())[0]).toMatchObject({ key: "a", value });
  });

  test("under error are a conflict", async () => {
    await expect(load(rows, "error")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await stored()).toEqual([]);
  });
});

describe("rows that cannot be sent", () => {
  test("are told with their position, and the rest goes in", async () => {
    const rejects: [number, string, string | undefined][] = [];
    const rows: Row[] = [
      ["a", 1, null, ""],
      [null, 1, null, ""],
      ["c", 1.5, null, ""],
      ["d", 1, null, ""],
      ["e\u0000", 1, null, ""],
      ["f", "1", null, ""],
    ];
    const report = await withTransaction(db.database, (client) =>
      bulkLoad(client, table, rows, {
        policy: "skip",
        onReject: ({ position, code, column }: RejectedRow) => {
          rejects.push([position, code, column]);
        },
      }),
    );
    expect(report).toEqual({ ...counts, read: 6, inserted: 2, rejected: 4 });
    expect(rejects).toEqual([
      [1, "missing_value", "key"],
      [2, "out_of_range", "value"],
      [4, "nul_character", "key"],
      [5, "wrong_type", "value"],
    ]);
  });

  test("an input of nothing but rejects loads nothing", async () => {
    expect(await load([[null], [null]], "update")).toEqual({ ...counts, read: 2, rejected: 2 });
  });
});

describe("loads one after another", () => {
  test("an empty input is a report of zeros", async () => {
    expect(await load([], "update")).toEqual({ ...counts, read: 0 });
  });

  test("two in one transaction see each other, and a failure undoes both", async () => {
    const reports = await withTransaction(db.database, async (client) => [
      await bulkLoad(client, table, [["a", 1, null, ""]], { policy: "skip" }),
      await bulkLoad(client, table, [["a", 2, null, ""]], { policy: "update" }),
    ]);
    expect(reports).toMatchObject([{ inserted: 1 }, { updated: 1 }]);
    const failing = withTransaction(db.database, async (client) => {
      await bulkLoad(client, table, [["b", 1, null, ""]], { policy: "skip" });
      await bulkLoad(client, table, [["a", 1, null, ""]], { policy: "error" });
    });
    await expect(failing).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await stored()).toEqual([{ key: "a", value: 2, body: null, updated_at: "" }]);
  });

  test("a hundred in one transaction leave no staging behind", async () => {
    await withTransaction(db.database, async (client) => {
      for (let index = 0; index < 100; index++) {
        await bulkLoad(client, table, [[`k${index}`, index, null, ""]], { policy: "skip" });
      }
      const { rows } = await client.query(
        "select relname from pg_class where relname like 'copycat_staging%'",
      );
      expect(rows).toEqual([]);
    });
    expect(await stored()).toHaveLength(100);
  });

  test("20,000 rows from an asynchronous source", async () => {
    async function* source(): AsyncGenerator<Row> {
      for (let index = 0; index < 20_000; index++) yield [`k${index}`, index, `{"i":${index}}`, ""];
    }
    const report = await withTransaction(db.database, (client) =>
      bulkLoad(client, table, source(), { policy: "update" }),
    );
    expect(report).toMatchObject({ read: 20_000, inserted: 20_000 });
    expect(await db.value("select sum(value)::int from items where (body ->> 'i')::int = value")).toBe(
      199_990_000,
    );
  });
});

test("an unknown policy is refused before the first row is read", async () => {
  let wasRead = false;
  function* rows(): Generator<Row> {
    wasRead = true;
    yield ["a", 1, null, ""];
  }
  const refused = load(rows(), "replace" as never);
  await expect(refused).rejects.toMatchObject({
    code: "USAGE",
    message: 'Unknown merge policy "replace"; use skip, update, error.',
  });
  expect(wasRead).toBe(false);
});

describe("what is done before the commit", () => {
  const seen = () => db.rows("select key, read from noted");
  const note: BeforeCommit<BulkReport> = async (client, { read }) => {
    await client.query("insert into noted (key, read) values ('noted', $1)", [read]);
  };

  beforeEach(async () => {
    await db.rows("drop table if exists noted; create table noted (key text, read int)");
  });

  test.each([1, 3000])("is in with %i rows, and counts them", async (count) => {
    const rows: Row[] = Array.from({ length: count }, (_, index) => [`k${index}`, index, null, ""]);
    const report = await bulkLoad(db.database, table, rows, { policy: "skip", beforeCommit: note });
    expect([report.inserted, (await stored()).length]).toEqual([count, count]);
    expect(await seen()).toEqual([{ key: "noted", read: count }]);
  });

  test.each([1, 3000])("takes %i rows back when it fails, and finds them in until then", async (count) => {
    const rows: Row[] = Array.from({ length: count }, (_, index) => [`k${index}`, index, null, ""]);
    let found = 0;
    const beforeCommit: BeforeCommit<BulkReport> = async (client, report) => {
      await note(client, report);
      found = (await client.query("select from items")).rowCount ?? 0;
      throw new CopycatError("INTERNAL", "Not to be kept.");
    };
    const load = bulkLoad(db.database, table, rows, { policy: "update", beforeCommit });
    await expect(load).rejects.toMatchObject({ code: "INTERNAL" });
    expect([found, await stored(), await seen()]).toEqual([count, [], []]);
  });

  test("is not done for a load that fails", async () => {
    const twice: Row[] = [
      ["a", 1, null, ""],
      ["a", 2, null, ""],
    ];
    const load = bulkLoad(db.database, table, twice, { policy: "error", beforeCommit: note });
    await expect(load).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await seen()).toEqual([]);
  });

  test("goes with one transaction only", async () => {
    const options = { policy: "skip", commitEvery: 10, beforeCommit: note } as const;
    await expect(bulkLoad(db.database, table, [], options)).rejects.toMatchObject({ code: "USAGE" });
  });
});
