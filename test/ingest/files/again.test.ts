// The loader is run again: what has not changed is not read, what has is renewed.

import { rename, rm, utimes } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { nodeAt, nodesBelow, pour } from "../support.ts";

const database = useDatabase();
const folder = useFolder();

const entity = (T: number, length = 2) => ({
  children: {
    T: { data: T },
    m: { data: new Float64Array(length).fill(T) },
    n: { data: new Float32Array(2) },
  },
});

let count = 0;
let key: string;
let file: string;

/** A dataset of its own for each test: a, b and c with two arrays each. */
beforeEach(async () => {
  key = `SET${++count}`;
  for (const [index, name] of ["a", "b", "c"].entries()) {
    await folder.hdf5(`${key}/${name}.h5`, entity(index));
  }
  file = describeSet();
  const { report } = await pour(database, folder, file);
  expect(report.nodes.inserted).toBe(10);
  expect(report.files).toMatchObject({ read: 3, unchanged: 0, changed: 0, moved: 0, vanished: 0 });
});

function describeSet(artifacts = "[{ type: m, dataset: /m }, { type: n, dataset: /n }]"): string {
  return folder.text(
    `${key}.yaml`,
    `label: ${key}\nkey: ${key}\ndata: { directory: ${key}, layout: per_entity }\nartifacts: ${artifacts}\n`,
  );
}

/** Of a node of this test's dataset, or, with a slash in front, of any. */
const idOf = async (path: string): Promise<number> => {
  const segments = path.startsWith("/") ? path.slice(1).split("/") : [key, ...path.split("/")];
  return database.value(
    `\
with recursive walk (id, rest) as (
  select 0, $1::text[]
  union all
  select n.id, w.rest[2:] from walk w join nodes n on n.parent = w.id and n.key = w.rest[1]
)
select id from walk where rest = '{}'`,
    [segments],
  );
};

const sourcesOf = (ids: number[]): Promise<object[]> =>
  database.rows("select id, node_id from data_sources where node_id = any ($1) order by id", [ids]);

const sound = async (): Promise<void> => {
  const { ok, checks } = await verifyCatalog(database.database);
  expect(checks.filter((check) => !check.ok)).toEqual([]);
  expect(ok).toBe(true);
};

const untouched = { inserted: 0, updated: 0, skipped: 0, rejected: 0 };

describe("files that have not changed", () => {
  it("are not opened, and their nodes are unchanged", async () => {
    const { report } = await pour(database, folder, file);
    expect(report.nodes).toEqual({ read: 10, unchanged: 10, ...untouched });
    expect(report.files).toMatchObject({ read: 0, unchanged: 3 });
    expect(report.status).toBe("completed");
  });

  it("are read when that is asked for", async () => {
    const { report } = await pour(database, folder, file, { reread: true });
    expect(report.files).toMatchObject({ read: 3, unchanged: 0, changed: 0 });
    expect(report.nodes).toMatchObject({ read: 10, inserted: 0, updated: 0 });
    expect((await pour(database, folder, file)).report.nodes).toMatchObject({ unchanged: 10 });
  });

  it("are read when some of their nodes were deleted, which come back", async () => {
    await database.rows("delete from nodes where id = $1", [await idOf("b/m")]);
    const { report } = await pour(database, folder, file);
    expect(report.files).toMatchObject({ read: 1, unchanged: 2, changed: 0 });
    expect(report.nodes).toMatchObject({ inserted: 1, unchanged: 7 });
    expect((await pour(database, folder, file)).report.nodes).toMatchObject({ unchanged: 10 });
    await sound();
  });

  it("are read when the whole dataset was deleted", async () => {
    await database.rows("delete from nodes where key = $1", [key]);
    const { report } = await pour(database, folder, file);
    expect(report.nodes).toMatchObject({ read: 10, inserted: 10 });
  });

  it("count as such in a dry run, too", async () => {
    const { report } = await pour(database, folder, file, { dryRun: true });
    expect(report.nodes).toEqual({ read: 10, unchanged: 10, ...untouched });
  });

  it("count for a limit", async () => {
    const { report } = await pour(database, folder, file, { limit: 2 });
    expect(report.nodes).toMatchObject({ read: 7, unchanged: 7 });
    expect(report.files).toMatchObject({ unchanged: 2, vanished: 0 });
  });

  it("are recognised by their content after a touch", async () => {
    await utimes(folder.path(`${key}/a.h5`), 1_700_000_000, 1_700_000_000);
    expect((await pour(database, folder, file)).report.files).toMatchObject({ read: 1, changed: 1 });
    await pour(database, folder, file, { checksum: true, reread: true });
    await utimes(folder.path(`${key}/a.h5`), 1_700_000_001, 1_700_000_001);
    const { report } = await pour(database, folder, file, { checksum: true });
    expect(report.files).toMatchObject({ read: 0, unchanged: 3 });
    // Its new time was remembered.
    expect((await pour(database, folder, file)).report.files).toMatchObject({ read: 0, unchanged: 3 });
  });

  it("fail under policy error as ever", async () => {
    await expect(pour(database, folder, file, { policy: "error" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });
});

describe("files that have changed", () => {
  it("renew their nodes, and no others", async () => {
    const [id, other] = [await idOf("b"), await nodeAt(database, `/${key}/a`)];
    await folder.hdf5(`${key}/b.h5`, entity(99, 5));
    const { report } = await pour(database, folder, file);
    expect(report.files).toMatchObject({ read: 1, changed: 1, unchanged: 2 });
    expect(report.nodes).toEqual({ ...untouched, read: 10, updated: 2, unchanged: 8 });
    expect((await nodeAt(database, `/${key}/b`)).metadata.T).toBe(99);
    expect((await nodeAt(database, `/${key}/b/m`)).structure?.shape).toEqual([5]);
    expect(await idOf("b")).toBe(id);
    expect(await nodeAt(database, `/${key}/a`)).toEqual(other);
    expect((await pour(database, folder, file)).report.nodes).toMatchObject({ unchanged: 10 });
    await sound();
  });

  it("stay as they are under policy skip, until they may be renewed", async () => {
    await folder.hdf5(`${key}/b.h5`, entity(99));
    const skipped = await pour(database, folder, file, { policy: "skip" });
    expect(skipped.report.nodes).toMatchObject({ updated: 0, skipped: 3, unchanged: 7 });
    const renewed = await pour(database, folder, file, { policy: "update" });
    expect(renewed.report.nodes).toMatchObject({ updated: 1, unchanged: 9 });
    expect((await nodeAt(database, `/${key}/b`)).metadata.T).toBe(99);
  });

  it("are all files when the description changed", async () => {
    file = describeSet("[{ type: m, dataset: /m }]");
    const { report } = await pour(database, folder, file);
    expect(report.files).toMatchObject({ read: 3, changed: 3, staleNodes: 3, prunedNodes: 0 });
    expect((await nodeAt(database, `/${key}/a`)).metadata.path_n).toBeUndefined();
    const again = await pour(database, folder, file, { reread: true });
    expect(again.report.nodes.updated).toBe(0);
  });

  it("lose the arrays that they no longer hold with prune", async () => {
    file = describeSet("[{ type: m, dataset: /m }]");
    const { report } = await pour(database, folder, file, { prune: true });
    expect(report.files).toMatchObject({ staleNodes: 3, prunedNodes: 3 });
    expect([...(await nodesBelow(database, `/${key}/a`)).keys()]).toEqual([`/${key}/a`, `/${key}/a/m`]);
    await sound();
  });

  it("are read again as long as something in them is refused", async () => {
    await folder.hdf5(`${key}/b.h5`, { children: { T: { data: 7 }, m: { data: new Float64Array(2) } } });
    const first = await pour(database, folder, file);
    expect(first.report).toMatchObject({ status: "completed_with_rejects", files: { changed: 1 } });
    const second = await pour(database, folder, file);
    expect(second.report).toMatchObject({
      status: "completed_with_rejects",
      files: { read: 1, changed: 0, unchanged: 2 },
    });
    await folder.hdf5(`${key}/b.h5`, entity(8));
    const third = await pour(database, folder, file);
    expect(third.report).toMatchObject({ status: "completed", files: { read: 1, changed: 1 } });
    expect((await nodeAt(database, `/${key}/b`)).metadata.T).toBe(8);
  });

  it("renew rows of a file in which each row is an entity, and tell those that are gone", async () => {
    const batched = (rows: number, add: number) => ({
      children: {
        params: { children: { T: { data: Float64Array.from({ length: rows }, (_, i) => i + add) } } },
        m: { data: new Float64Array(rows * 2), shape: [rows, 2] },
      },
    });
    await folder.hdf5(`B${key}/all.h5`, batched(4, 0));
    const yaml = folder.text(
      `B${key}.yaml`,
      `label: B${key}\nkey: B${key}\ndata: { directory: B${key}, layout: batched }\n` +
        "parameters: { location: group, group: /params }\nartifacts: [{ type: m, dataset: /m }]\n",
    );
    expect((await pour(database, folder, yaml)).report.nodes.inserted).toBe(9);
    expect((await pour(database, folder, yaml)).report.nodes).toMatchObject({ read: 9, unchanged: 9 });
    await folder.hdf5(`B${key}/all.h5`, batched(3, 10));
    const told = await pour(database, folder, yaml);
    expect(told.report.nodes).toMatchObject({ updated: 3, inserted: 0 });
    expect(told.report.files).toMatchObject({ changed: 1, staleNodes: 2 });
    expect((await nodesBelow(database, `/B${key}`)).size).toBe(9);
    await folder.hdf5(`B${key}/all.h5`, batched(3, 20));
    const pruned = await pour(database, folder, yaml, { prune: true });
    expect(pruned.report.nodes.updated).toBe(3);
    await sound();
  });
});

describe("files that have vanished", () => {
  it("are told, and taken out with prune", async () => {
    await rm(folder.path(`${key}/b.h5`));
    const told = await pour(database, folder, file);
    expect(told.report.files).toMatchObject({ vanished: 1, pruned: 0, staleNodes: 3, prunedNodes: 0 });
    expect(await nodesBelow(database, `/${key}/b`)).toHaveProperty("size", 3);
    const dry = await pour(database, folder, file, { prune: true, dryRun: true });
    expect(dry.report.files).toMatchObject({ vanished: 1, staleNodes: 3, prunedNodes: 0 });
    expect(await nodesBelow(database, `/${key}/b`)).toHaveProperty("size", 3);
    const pruned = await pour(database, folder, file, { prune: true });
    expect(pruned.report.files).toMatchObject({ vanished: 1, pruned: 1, prunedNodes: 3 });
    expect((await nodesBelow(database, `/${key}/b`)).size).toBe(0);
    expect((await pour(database, folder, file)).report.files).toMatchObject({ vanished: 0, unchanged: 2 });
    expect(
      await database.value("select count(*)::int from assets where data_uri like $1", [`%${key}/b.h5`]),
    ).toBe(0);
    await sound();
  });

  it("stay when the folder itself is gone, or empty", async () => {
    await rename(folder.path(key), folder.path(`away-${key}`));
    await expect(pour(database, folder, file, { prune: true })).rejects.toMatchObject({
      code: expect.stringMatching(/UNREADABLE_SOURCE|INVALID_INPUT/),
    });
    folder.text(`${key}/note.txt`, "an empty mount point");
    await expect(pour(database, folder, file, { prune: true })).rejects.toMatchObject({
      code: "UNREADABLE_SOURCE",
    });
    expect((await nodesBelow(database, `/${key}`)).size).toBe(10);
  });
});

describe("files that have moved", () => {
  it("keep their nodes and ids, with the new name and URI", async () => {
    const ids = await Promise.all(["b", "b/m", "b/n"].map(idOf));
    const sources = await sourcesOf(ids);
    await rename(folder.path(`${key}/b.h5`), folder.path(`${key}/z.h5`));
    const { report } = await pour(database, folder, file);
    expect(report.files).toMatchObject({ read: 1, moved: 1, changed: 0, vanished: 0, unchanged: 2 });
    expect(report.nodes).toMatchObject({ inserted: 0, rejected: 0 });
    expect((await nodesBelow(database, `/${key}/b`)).size).toBe(0);
    expect(await Promise.all(["z", "z/m", "z/n"].map(idOf))).toEqual(ids);
    expect(await sourcesOf(ids)).toEqual(sources);
    const node = await nodeAt(database, `/${key}/z/m`);
    expect(node.uri).toBe(`file://localhost${folder.path(`${key}/z.h5`)}`);
    expect((await nodeAt(database, `/${key}/z`)).metadata.path_m).toBe("z.h5");
    expect((await pour(database, folder, file)).report.nodes).toMatchObject({ unchanged: 10 });
    await sound();
  });

  it("are found in another root, too", async () => {
    const id = await idOf("b");
    await rename(folder.path(key), folder.path(`${key}-new`));
    file = folder.text(
      `${key}.yaml`,
      `label: ${key}\nkey: ${key}\ndata: { directory: ${key}-new, layout: per_entity }\n` +
        "artifacts: [{ type: m, dataset: /m }, { type: n, dataset: /n }]\n",
    );
    const { report } = await pour(database, folder, file);
    expect(report.files).toMatchObject({ moved: 3, vanished: 0 });
    expect(await idOf("b")).toBe(id);
    expect((await nodeAt(database, `/${key}/b/m`)).uri).toContain(`${key}-new/b.h5`);
    expect((await pour(database, folder, file)).report.files).toMatchObject({ unchanged: 3, moved: 0 });
    await sound();
  });

  it("move between folders with all that is below them", async () => {
    const root = `F${key}`;
    await folder.hdf5(`${root}/old/deep/x.h5`, entity(1));
    await folder.hdf5(`${root}/old/y.h5`, entity(2));
    await pour(database, folder, folder.path(root));
    const id = await idOf(`/${root}/old/deep/x.h5`);
    await rename(folder.path(`${root}/old/deep`), folder.path(`${root}/new`));
    const { report } = await pour(database, folder, folder.path(root), { prune: true });
    expect(report.files).toMatchObject({ moved: 1, vanished: 0 });
    expect(await idOf(`/${root}/new/x.h5`)).toBe(id);
    expect(
      [...(await nodesBelow(database, `/${root}`)).keys()].filter((path) => !path.includes(".h5/")),
    ).toEqual([`/${root}`, `/${root}/new`, `/${root}/new/x.h5`, `/${root}/old`, `/${root}/old/y.h5`]);
    await sound();
  });

  it("are new ones when it cannot be told which one moved", async () => {
    for (const name of ["b", "c"]) {
      await folder.hdf5(`${key}/${name}.h5`, entity(5));
      await utimes(folder.path(`${key}/${name}.h5`), 1_700_000_000, 1_700_000_000);
    }
    await pour(database, folder, file);
    for (const name of ["x", "y"]) {
      await folder.hdf5(`${key}/${name}.h5`, entity(5));
      await utimes(folder.path(`${key}/${name}.h5`), 1_700_000_000, 1_700_000_000);
    }
    for (const name of ["b", "c"]) await rm(folder.path(`${key}/${name}.h5`));
    const { report } = await pour(database, folder, file);
    expect(report.files).toMatchObject({ moved: 0, vanished: 2, read: 2 });
    expect(report.nodes.inserted).toBe(6);
    await sound();
  });
});

describe("two descriptions of the same files in one dataset", () => {
  const other = (): string =>
    folder.text(
      `${key}-n.yaml`,
      `label: other\nkey: ${key}\ndata: { directory: ${key}, layout: per_entity }\nartifacts: [{ type: n, dataset: /n }]\n`,
    );

  it("do not take each other's arrays for stale, nor each other's files for gone", async () => {
    file = describeSet("[{ type: m, dataset: /m }]");
    const second = other();
    await pour(database, folder, file);
    await pour(database, folder, second);
    await folder.hdf5(`${key}/b.h5`, entity(7));
    for (const input of [file, second, file, second]) {
      const { report } = await pour(database, folder, input, { prune: true });
      expect(report.files).toMatchObject({ vanished: 0, prunedNodes: 0 });
    }
    expect((await nodesBelow(database, `/${key}`)).size).toBe(10);
    // One that no longer wants a file leaves it to the other.
    file = folder.text(
      `${key}.yaml`,
      `label: ${key}\nkey: ${key}\ndata: { directory: ${key}, layout: per_entity, file_pattern: a.h5 }\n` +
        "artifacts: [{ type: m, dataset: /m }]\n",
    );
    const { report } = await pour(database, folder, file, { prune: true });
    expect(report.files).toMatchObject({ vanished: 2, prunedNodes: 0 });
    expect((await nodesBelow(database, `/${key}`)).size).toBe(10);
    await sound();
  });

  it("know their files again after the description itself has moved", async () => {
    await rename(file, folder.path(`${key}-moved.yaml`));
    const moved = await pour(database, folder, folder.path(`${key}-moved.yaml`));
    expect(moved.report.files).toMatchObject({ read: 3, moved: 3 });
    expect(moved.report.nodes).toMatchObject({ inserted: 0, updated: 0 });
    const again = await pour(database, folder, folder.path(`${key}-moved.yaml`));
    expect(again.report.files).toMatchObject({ read: 0, unchanged: 3 });
    expect(await database.value("select count(*)::int from copycat.file where input = $1", [file])).toBe(1);
  });
});
