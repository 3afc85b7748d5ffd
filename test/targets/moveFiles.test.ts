// What is known of files goes along: an ingest at the new place opens no unchanged file again.

import { describe, expect, it } from "vitest";
import { createView, dropView, verifyCatalog } from "../../src/catalog/index.ts";
import { getRun, ingest } from "../../src/ingest/index.ts";
import { moveDataset } from "../../src/targets/index.ts";
import type { TestDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { useTargets } from "./support.ts";

const folder = useFolder();
const targets = useTargets(folder, { east: ["DATA"], west: [], north: ["NONE"] });

const at = (name: string): TestDatabase => {
  const found = targets.databases[name];
  if (found === undefined) throw new Error(name);
  return found;
};

const entity = (T: number) => ({
  children: { T: { data: T }, m: { data: new Float64Array(3) } },
});

const pour = (name: string, input: string) =>
  ingest(at(name).database, { inputs: [input], rejectsFile: folder.path("rejects.ndjson"), workers: 1 });

describe("a dataset with its files", () => {
  it("is read no more where it comes to, and a changed file is", async () => {
    for (const name of ["a", "b", "c"]) await folder.hdf5(`DATA/${name}.h5`, entity(1));
    const yaml = folder.text(
      "data.yaml",
      "label: DATA\nkey: DATA\ndata: { directory: DATA, layout: per_entity }\nartifacts: [{ type: m, dataset: /m }]\n",
    );
    const first = await pour("east", yaml);
    expect(first.files).toMatchObject({ read: 3 });
    const report = await moveDataset(await targets.read(), "DATA", { to: "west" });
    expect(report.tables).toContainEqual({ table: "copycat.file", rows: 4 });
    const again = await pour("west", yaml);
    expect(again.files).toMatchObject({ read: 0, unchanged: 3 });
    expect(again.nodes).toMatchObject({ inserted: 0, updated: 0, unchanged: 7 });
    // What ran there is known here, too, and still there.
    for (const name of ["east", "west"]) {
      expect((await getRun(at(name).database, first.run ?? "")).status).toBe("completed");
    }
    expect(await at("east").value("select count(*)::int from copycat.file")).toBe(0);
    await folder.hdf5("DATA/b.h5", entity(2));
    const changed = await pour("west", yaml);
    expect(changed.files).toMatchObject({ read: 1, unchanged: 2, changed: 1 });
    expect((await verifyCatalog(at("west").database)).ok).toBe(true);
  });

  it("takes a view along as two commands", async () => {
    await createView(at("west").database, "DATA");
    const { again } = await moveDataset(await targets.read(), "DATA", { to: "north" });
    expect(again).toEqual([
      'at north: copycat view create "DATA"',
      expect.stringMatching(/^at west: copycat view drop "\w+"$/),
    ]);
    const name = /"(\w+)"$/.exec(again[1] ?? "")?.[1] ?? "";
    await dropView(at("west").database, name);
    expect((await pour("north", folder.path("data.yaml"))).files).toMatchObject({ read: 0, unchanged: 3 });
  });

  it("is not moved while a run fills it", async () => {
    const [run] = await at("north").rows<{ id: string }>(
      "update copycat.run set status = 'running' where id = (select id from copycat.run order by started_at desc limit 1) returning id",
    );
    // As a living process holds it.
    const client = await at("north").database.pool.connect();
    await client.query("select pg_advisory_lock(7266838, hashtext($1))", [run?.id]);
    const moving = moveDataset(await targets.read(), "DATA", { to: "east" });
    await expect(moving).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining(`The run ${run?.id} is filling DATA at north`),
    });
    client.release(true);
    // One whose process is gone is no reason to wait.
    await expect
      .poll(() =>
        at("north").value(
          "select count(*)::int from pg_locks where locktype = 'advisory' and classid = 7266838",
        ),
      )
      .toBe(0);
    expect((await moveDataset(await targets.read(), "DATA", { to: "east" })).status).toBe("moved");
  });
});
