// SQLite files: their tables, data types and logs; the file itself stays as it is.

import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSqliteSource, type RefusedPart } from "../../../src/simulation/formats/index.ts";
import type { SimulationArray, SimulationSource } from "../../../src/simulation/types.ts";
import { useFolder } from "../../support/files.ts";
import { Database, type SqliteContents, updatesOf, valuesOf, writeSqlite } from "./support.ts";

const folder = useFolder();

/** Runs work on a file, and closes it whatever happens. */
async function withFile<Result>(
  path: string,
  work: (source: Awaited<ReturnType<typeof openSqliteSource>>) => Promise<Result>,
  onRefused?: (part: RefusedPart) => void,
): Promise<Result> {
  const source = await openSqliteSource(path, onRefused === undefined ? {} : { onRefused });
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

const make = (name: string, contents: SqliteContents): string => {
  folder.folder(dirname(name));
  return writeSqlite(folder.path(name), contents);
};

const at = (
  timestamp: number,
  iteration: number,
  dataset = "a",
  speed = 1,
): object & {
  timestamp: number;
  iteration: number;
  dataset: string;
  data: Record<string, Record<string, unknown[]>>;
} => ({ timestamp, iteration, dataset, data: { segments: { id: [1], speed: [speed] } } });

describe("updates", () => {
  it("are ordered by timestamp, then iteration", async () => {
    const path = make("order.db", { updates: [at(10, 0), at(0, 0), at(5, 1), at(5, 0)] });
    const keys = await withFile(path, async (source) =>
      (await updatesOf(source, "a")).map(({ timestamp, iteration }) => [timestamp, iteration]),
    );
    expect(keys).toEqual([
      [0, 0],
      [5, 0],
      [5, 1],
      [10, 0],
    ]);
  });

  it("are counted by dataset; there is nothing of an unknown one", async () => {
    const path = make("counts.db", { updates: [at(0, 0), at(10, 0), at(20, 0, "b")], initials: [] });
    await withFile(path, async (source) => {
      expect(await source.listDatasets()).toEqual([
        { name: "a", updates: 2, hasInitial: false },
        { name: "b", updates: 1, hasInitial: false },
      ]);
      expect(await source.countUpdates()).toBe(3);
      expect(await source.listTimestamps("a")).toEqual([0, 10]);
      expect(await source.listTimestamps("a", "segments")).toEqual([0, 10]);
      expect(await source.listTimestamps("a", "other")).toEqual([]);
      expect(await updatesOf(source, "c")).toEqual([]);
      expect(await source.listTimestamps("c")).toEqual([]);
      expect(await source.readInitial("c")).toBeNull();
    });
  });

  it("of an empty file are none", async () => {
    await withFile(make("empty.db", { initials: [] }), async (source) => {
      expect(await source.listDatasets()).toEqual([]);
      expect(await source.countUpdates()).toBe(0);
    });
  });

  it("come page by page, each once, also many of one timestamp", async () => {
    const updates = Array.from({ length: 2500 }, (_, index) => at(Math.floor(index / 700), index % 700));
    await withFile(make("pages.db", { updates }), async (source) => {
      const found = await updatesOf(source, "a");
      expect(found.map(({ timestamp, iteration }) => timestamp * 700 + iteration)).toEqual(
        updates.map((_, index) => index),
      );
      const listed: number[] = [];
      for await (const entries of source.listUpdates()) {
        listed.push(...entries.map(({ timestamp, iteration }) => timestamp * 700 + iteration));
      }
      expect(listed).toEqual(updates.map((_, index) => index));
      const window = await updatesOf(source, "a", { after: { timestamp: 1, iteration: 698 }, to: 2 });
      expect(window).toHaveLength(701);
    });
  });

  it("are read only where they have the groups and attributes asked for", async () => {
    const data = { g: { id: [1], x: [1], y: [2] }, h: { id: [3], x: [4] } };
    const path = make("part.db", { updates: [{ ...at(0, 0), data }, at(1, 0)] });
    await withFile(path, async (source) => {
      expect((await updatesOf(source, "a", { attributes: ["y"] })).map((update) => update.data)).toEqual([
        { g: { id: [1], y: [2] } },
      ]);
      expect((await updatesOf(source, "a", { groups: ["h"] })).map((update) => update.data)).toEqual([
        { h: { id: [3], x: [4] } },
      ]);
    });
  });

  it("keep who made them", async () => {
    const path = make("origin.db", { updates: [{ ...at(0, 0), origin: "traffic" }, at(1, 0)] });
    const updates = await withFile(path, (source) => updatesOf(source, "a"));
    expect(updates.map(({ origin }) => origin)).toEqual(["traffic", null]);
  });
});

const arrays: [string, SimulationArray, unknown[]][] = [
  ["bool", { dtype: "|b1", shape: [2], data: Uint8Array.of(1, 0) }, [true, false]],
  ["bool with undefined", { dtype: "|i1", shape: [3], data: Int8Array.of(1, 0, -128) }, [true, false, null]],
  ["int64", { dtype: "<i8", shape: [2], data: BigInt64Array.of(1n, -2147483648n) }, [1, null]],
  ["uint64", { dtype: "<u8", shape: [2], data: BigUint64Array.of(1n, 2n ** 64n - 1n) }, [1, 2n ** 64n - 1n]],
  ["int16", { dtype: "<i2", shape: [2], data: Int16Array.of(-1, 300) }, [-1, 300]],
  ["float32", { dtype: "<f4", shape: [2], data: Float32Array.of(0.5, Number.NaN) }, [0.5, null]],
  ["texts", { dtype: "<U8", shape: [3], data: ["ab", "_udf_", "𝄞ä"] }, ["ab", null, "𝄞ä"]],
  [
    "rows of components",
    { dtype: "<i4", shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) },
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    "ragged rows",
    {
      dtype: "<f8",
      shape: [4],
      data: Float64Array.of(1, 2, 3, Number.NaN),
      rowPtr: Uint32Array.of(0, 2, 3, 3, 4),
    },
    [[1, 2], [3], [], null],
  ],
  ["no entities", { dtype: "<U1", shape: [0], data: [] }, []],
];

describe("arrays", () => {
  it.each(arrays)("%s", async (name, array, values) => {
    const path = make(`dtype/${name}.db`, { updates: [{ ...at(0, 0), data: { g: { x: array } } }] });
    const [update] = await withFile(path, async (source) => {
      const found = [];
      for await (const one of source.readUpdates({ dataset: "a" })) found.push(one);
      return found;
    });
    const read = update?.data.get("g")?.get("x");
    expect(read).toEqual(array);
    expect(valuesOf(update?.data ?? new Map())).toEqual({ g: { x: values } });
  });

  it.each([
    ["|O", [2], Buffer.alloc(16), /dtype object: numpy wrote addresses/],
    ["<f8", [3], Buffer.alloc(16), /has 24 bytes, not 16/],
    ["<c16", [1], Buffer.alloc(16), /data type "<c16" is none of/],
    ["<f8", "x", Buffer.alloc(16), /no dtype, no shape or no bytes/],
  ])(
    "%s of the shape %j will not do: refused by update, group and attribute",
    async (dtype, shape, bytes, message) => {
      const path = make(`refused/${String(dtype).slice(1)}${JSON.stringify(shape)}.db`, {
        updates: [at(1, 0), at(2, 0), at(3, 0)],
      });
      const database = new Database(path);
      database.run(
        `update numpy_array set dtype = ?, shape = ?, data = ? where id = (select data_id from attribute_data
         join update_attribute on attribute_data_id = attribute_data.id where update_id = 2 and attribute_name = 'speed')`,
        [dtype, JSON.stringify(shape), bytes],
      );
      database.close();
      const refused: RefusedPart[] = [];
      const read = await withFile(
        path,
        (source) => updatesOf(source, "a"),
        (part) => refused.push(part),
      );
      expect(read.map(({ timestamp }) => timestamp)).toEqual([1, 3]);
      expect(refused).toHaveLength(1);
      expect(refused[0]).toMatchObject({
        source: path,
        position: 'update 2 (timestamp 2, iteration 0, dataset "a") /segments/speed',
        message: expect.stringMatching(message),
      });
      // What is not asked for is not read.
      const ids = await withFile(path, (source) => updatesOf(source, "a", { attributes: ["id"] }));
      expect(ids).toHaveLength(3);
    },
  );

  it("row pointers that do not fit are refused", async () => {
    const ragged = { dtype: "<i4", shape: [3], data: Int32Array.of(1, 2, 3), rowPtr: Uint32Array.of(0, 2) };
    const path = make("pointers.db", { updates: [{ ...at(0, 0), data: { g: { x: ragged } } }] });
    await expect(withFile(path, (source) => updatesOf(source, "a"))).rejects.toThrow(
      /\/g\/x\/row_ptr: The row pointers must begin with 0, never fall and end with 3/,
    );
  });
});

describe("initial datasets", () => {
  const document = Buffer.from('{"name":"a","general":{"enum":{}},"data":{"g":{"id":[1,2],"x":[null,2.5]}}}');

  it("in all three formats", async () => {
    const path = make("initials.db", {
      initials: [
        { name: "a", format: "UNSTRUCTURED", document },
        { name: "free", format: "unstructured", document: Buffer.from('{"any": [{"thing": 1}]}') },
        { name: "arrays", format: "ENTITY_BASED", data: { g: { id: [1, 2], r: [[1], [2, 3]] } } },
        { name: "grid", format: "BINARY", document: Uint8Array.of(0, 255, 7) },
      ],
    });
    await withFile(path, async (source) => {
      expect(await source.listInitials()).toEqual(["a", "arrays", "free", "grid"]);
      const a = await source.readInitial("a");
      expect(a).toMatchObject({
        name: "a",
        format: "entity_based",
        metadata: { name: "a", general: { enum: {} } },
        dataKey: "data",
        document: null,
      });
      expect(valuesOf(a?.data ?? new Map())).toEqual({ g: { id: [1, 2], x: [null, 2.5] } });
      const free = await source.readInitial("free");
      expect(free).toMatchObject({ format: "unstructured", data: null });
      expect(Buffer.from(free?.document ?? []).toString()).toBe('{"any": [{"thing": 1}]}');
      const list = await source.readInitial("arrays");
      expect(valuesOf(list?.data ?? new Map())).toEqual({ g: { id: [1, 2], r: [[1], [2, 3]] } });
      expect(await source.readInitial("grid")).toMatchObject({
        format: "binary",
        document: Buffer.from([0, 255, 7]),
      });
    });
  });

  it("that will not do are refused by name", async () => {
    const path = make("badInitials.db", {
      initials: [
        { name: "a", format: "UNSTRUCTURED", document: Buffer.from("{") },
        { name: "b", format: "OTHER", document },
      ],
    });
    await withFile(path, async (source) => {
      await expect(source.readInitial("a")).rejects.toThrow(
        /initial dataset "a" line 1, column 2: .*not valid JSON/,
      );
      await expect(source.readInitial("b")).rejects.toThrow(/initial dataset "b": Its format is "OTHER"/);
    });
  });
});

describe("files that are none", () => {
  it.each([
    [
      "another database",
      () => new Database(folder.path("other.db")),
      /other\.db is an SQLite file, but none of a simulation: it has no table update/,
    ],
  ])("%s", async (_name, open, message) => {
    const database = open();
    database.exec("create table t (x)");
    database.close();
    await expect(openSqliteSource(folder.path("other.db"))).rejects.toThrow(message);
  });

  it("a later version, a text, nothing at all", async () => {
    const later = make("later.db", { initials: [], version: "v2" });
    await expect(openSqliteSource(later)).rejects.toThrow(
      /later\.db is of the version "v2"; this program reads v1/,
    );
    await expect(openSqliteSource(folder.text("text.db", "x".repeat(9000)))).rejects.toThrow(
      /text\.db cannot be read as an SQLite file/,
    );
    await expect(openSqliteSource(folder.path("missing.db"))).rejects.toThrow(/missing\.db cannot be read/);
  });
});

describe("damage", () => {
  it("is told in a sentence, wherever it is", async () => {
    const updates = Array.from({ length: 200 }, (_, t) => at(t, 0));
    const path = make("damaged/whole.db", { updates, initials: [] });
    const bytes = readFileSync(path);
    const read = async (name: string, content: Uint8Array): Promise<unknown> => {
      try {
        return (await withFile(folder.text(name, content), (source) => updatesOf(source, "a"))).length;
      } catch (error) {
        return error;
      }
    };
    expect(await read("damaged/cut.db", bytes.subarray(0, bytes.length / 2))).toMatchObject({
      code: "UNREADABLE_SOURCE",
      message: expect.stringMatching(/cut\.db cannot be read.*malformed/),
    });
    // A page of noise anywhere: an error with a code, or a part that is refused, or nothing where it does not matter.
    for (let page = 0; page * 4096 < bytes.length; page++) {
      const noisy = Buffer.from(bytes);
      noisy.fill(0x5a, page * 4096, Math.min((page + 1) * 4096, bytes.length));
      const result = await read("damaged/noisy.db", noisy);
      if (typeof result === "number") expect(result).toBeLessThanOrEqual(200);
      else expect(["UNREADABLE_SOURCE", "INVALID_INPUT"]).toContain((result as { code?: string }).code);
    }
  });
});

/** Everything that may change of a folder. */
function stateOf(path: string): unknown {
  return readdirSync(path)
    .sort()
    .map((name) => {
      const { size, mtimeMs, ino } = statSync(`${path}/${name}`);
      return [
        name,
        size,
        mtimeMs,
        ino,
        createHash("sha256")
          .update(readFileSync(`${path}/${name}`))
          .digest("hex"),
      ];
    });
}

describe("the user's file", () => {
  async function expectUntouched(path: string, updates: number): Promise<void> {
    const before = stateOf(dirname(path));
    const count = async (source: SimulationSource): Promise<number> => {
      const found = await updatesOf(source, "a");
      // While it is open, too.
      expect(stateOf(dirname(path))).toEqual(before);
      return found.length;
    };
    expect(await withFile(path, count)).toBe(updates);
    expect(stateOf(dirname(path))).toEqual(before);
  }

  it("is not changed, nor is anything left beside it", async () => {
    await expectUntouched(make("plain/results.db", { updates: [at(0, 0)], initials: [] }), 1);
  });

  it("may be read-only in a folder that is", async () => {
    const path = make("fixed/results.db", { updates: [at(0, 0)], initials: [] });
    chmodSync(path, 0o444);
    chmodSync(dirname(path), 0o555);
    try {
      await expectUntouched(path, 1);
    } finally {
      chmodSync(dirname(path), 0o755);
    }
  });

  it("is read in WAL mode without a log", async () => {
    const path = make("wal/results.db", { updates: [at(0, 0)], finally: "pragma journal_mode = delete" });
    // As a writer leaves it that has closed it in WAL mode: versions 2 in bytes 18 and 19 of the header.
    const bytes = readFileSync(path);
    bytes[18] = 2;
    bytes[19] = 2;
    await expectUntouched(folder.text("wal/results.db", bytes), 1);
  });

  it("has the rows that stand in its log alone", async () => {
    const path = make("log/whole.db", { updates: [at(0, 0)] });
    const database = new Database(path);
    database.exec(
      "pragma locking_mode = exclusive; pragma journal_mode = wal; pragma wal_autocheckpoint = 0",
    );
    database.exec(
      `begin; insert into "update" (timestamp, iteration, dataset_name) values (7, 0, 'a'); commit`,
    );
    folder.folder("left");
    // Of a writer that was killed: both files, nothing put back.
    for (const suffix of ["", "-wal"])
      copyFileSync(path + suffix, `${folder.path("left/results.db")}${suffix}`);
    database.close();
    await expectUntouched(folder.path("left/results.db"), 2);
    symlinkSync(folder.path("left/results.db"), join(folder.folder("link"), "results.db"));
    await expectUntouched(folder.path("link/results.db"), 2);
  });

  it("leaves no folder of ours behind, even when nobody closes it", async () => {
    const { TMPDIR } = process.env;
    process.env.TMPDIR = folder.folder("temporary");
    try {
      for (const name of ["plain", "left"]) {
        const source = await openSqliteSource(folder.path(`${name}/results.db`));
        expect(readdirSync(folder.path("temporary"))).toEqual([]);
        expect(await updatesOf(source, "a")).not.toEqual([]);
      }
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
    }
  });

  it("is as it was before a change that its writer has not finished", async () => {
    const updates = Array.from({ length: 300 }, (_, t) => at(t, 0));
    const path = make("hot/whole.db", { updates });
    const database = new Database(path);
    // With room for so few pages, what is changed goes into the file before the end, and the old pages into the journal.
    database.exec(
      "pragma locking_mode = exclusive; pragma cache_size = 2; begin; delete from update_attribute",
    );
    database.exec('update "update" set timestamp = timestamp + 1000000, dataset_name = hex(randomblob(200))');
    folder.folder("torn");
    for (const suffix of ["", "-journal"])
      copyFileSync(path + suffix, `${folder.path("torn/results.db")}${suffix}`);
    database.exec("rollback");
    database.close();
    expect(statSync(folder.path("torn/results.db-journal")).size).toBeGreaterThan(0);
    await expectUntouched(folder.path("torn/results.db"), 300);
  });

  it("that is written meanwhile is an error, not a mixture", async () => {
    const path = make("busy.db", { updates: Array.from({ length: 300 }, (_, t) => at(t, 0)) });
    const reading = withFile(path, async (source) => {
      for await (const _ of source.readUpdates({ dataset: "a" })) {
        const database = new Database(path);
        database.exec('delete from "update" where timestamp > 100');
        database.close();
      }
    });
    await expect(reading).rejects.toThrow(/busy\.db is being written while it is read/);
  });
});
