// A catalog that Tiled has made and written to, into which copycat pours beside the running server.

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoadMode, verifyCatalog } from "../../src/catalog/index.ts";
import { nodeAt, pour } from "../ingest/support.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { itRunsEveryCommand } from "../support/everyCommand.ts";
import { useFolder } from "../support/files.ts";
import { schemaFacts } from "../support/schemaFacts.ts";
import { type Checks, itChecks, runChecks, wholeArrays } from "./support/checks.ts";
import { configure, copyExamples } from "./support/ours.ts";
import { runTiled, serveTiled, sqlalchemyUri, type TiledServer } from "./support/programs.ts";
import { expectRefusal } from "./support/refusal.ts";
import { withEachTiled } from "./support/releases.ts";

withEachTiled((tiled, isWritable) => {
  const database = useDatabase({ empty: true });
  const folder = useFolder();
  let inputs: ReturnType<typeof copyExamples>;
  let server: TiledServer;
  let factsBefore: Record<string, unknown>[];
  let tagsBefore: object[];

  const check = (step: string): Promise<Checks> =>
    runChecks(tiled, "tiled_catalog.py", { server, step, file: join(inputs.vdpFolder, "H_0000.h5") });

  beforeAll(async () => {
    inputs = copyExamples(folder);
    await runTiled(tiled, ["catalog", "init", sqlalchemyUri(database.dsn)]);
    factsBefore = await schemaFacts(database, "public");
    tagsBefore = await tagsOf(database);
    if (isWritable)
      server = await serveTiled(tiled, await configure({ database, folder }, ["--readable", folder.root]));
  });

  afterAll(() => server?.stop());

  if (!isWritable) {
    it("is left alone by copycat", async () => {
      await expectRefusal(database, inputs.vdp);
      expect(await schemaFacts(database, "public")).toEqual(factsBefore);
    });
    return;
  }

  describe("Tiled", () => {
    itChecks(["writes containers, arrays, a table and a sparse array", "registers one array of a file"], () =>
      check("fill"),
    );

    it("registers a folder", async () => {
      const access = ["--api-key", server.apiKey, "--prefix", "folder"];
      await runTiled(tiled, ["register", server.url, inputs.vdpFolder, ...access]);
      expect((await nodeAt(database, "/folder/H_0009")).management).toBe("external");
    });

    it("has made a catalog that is sound", async () => {
      expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
    });
  });

  describe.each<[LoadMode, "vdp" | "edrixs", number]>([
    ["online", "vdp", 0],
    ["offline", "edrixs", 1],
  ])("copycat, %s", (mode, name, newAssets) => {
    it(`pours in ${name}, with the files that Tiled knows under the same name`, async () => {
      const { report } = await pour(database, folder, inputs[name], { mode });
      expect(report).toMatchObject({ status: "completed", mode, assets: { inserted: newAssets } });
      expect(report.nodes.inserted).toBe(report.nodes.read);
    });

    it("adds to a container of Tiled's, and to an entity of its own", async () => {
      const record = (path: string): string =>
        JSON.stringify({ path, structure_family: "container", metadata: { mode } });
      const lines = [record("/tiled/ours"), record(`/tiled/ours/${mode}`), record(`/VDP/H_0000/${mode}`)];
      const file = folder.text(`${mode}.ndjson`, `${lines.join("\n")}\n`);
      const { report } = await pour(database, folder, file, { mode });
      expect(report.nodes).toMatchObject({ read: 3, rejected: 0 });
    });

    it("leaves a sound catalog with the schema as it was", async () => {
      expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
      expect(await schemaFacts(database, "public")).toEqual(factsBefore);
    });
  });

  describe("the same server afterwards", () => {
    itChecks(["reads what Tiled has written", "reads what Tiled has registered"], () => check("read"));

    for (const below of ["VDP", "EDRIXS"]) {
      describe(below, () => {
        itChecks([...wholeArrays, "leaves out none"], () =>
          runChecks(tiled, "read_arrays.py", { server, below, parts: false }),
        );
      });
    }
  });

  describe("Tiled again", () => {
    itChecks(["writes beside what copycat has made"], () => check("again"));

    it("leaves a sound catalog", async () => {
      expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
    });
  });

  describe("every other command works", () => {
    itRunsEveryCommand(database);
  });

  describe("a client that deletes", () => {
    itChecks(["deletes what copycat has made and what it has written itself, with all below"], () =>
      check("remove"),
    );

    it("leaves a sound catalog, into which copycat pours again", async () => {
      expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
      const { report } = await pour(database, folder, inputs.edrixs, { mode: "online" });
      expect(report.nodes).toMatchObject({ inserted: report.nodes.read, rejected: 0 });
      expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
      expect(await tagsOf(database)).toEqual(tagsBefore);
    });
  });
});

/** Of Tiled 0.2.19 and newer: which nodes have which tags. */
async function tagsOf(database: TestDatabase): Promise<object[]> {
  const isThere = await database.value("select to_regclass('node_access_tags_association') is not null");
  return isThere === true ? database.rows("select * from node_access_tags_association order by 1, 2") : [];
}
