// A catalog that copycat has made, served by a stock Tiled and used through its stock client.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogRevision } from "../../migrations/revision.ts";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { verifyFiles } from "../../src/ingest/index.ts";
import { nodeAt, nodesBelow, pour } from "../ingest/support.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { arraysAndParts, type Checks, detailOf, itChecks, runChecks } from "./support/checks.ts";
import { configure, copyExamples, madeRecords, writeNodes } from "./support/ours.ts";
import { runPython, runTiled, serveTiled, sqlalchemyUri, type TiledServer } from "./support/programs.ts";
import { expectRefusal } from "./support/refusal.ts";
import { withEachTiled } from "./support/releases.ts";
import { rejectedKinds, unservedKinds } from "./support/unserved.ts";

withEachTiled((tiled, isWritable) => {
  const database = useDatabase();
  const folder = useFolder();
  let inputs: ReturnType<typeof copyExamples>;
  let server: TiledServer;

  const check = (script: string, args: Record<string, unknown>): Promise<Checks> =>
    runChecks(tiled, script, { server, ...args });

  const upgrade = async (): Promise<void> => {
    if (tiled.revision === catalogRevision) return;
    await runTiled(tiled, ["catalog", "upgrade-database", sqlalchemyUri(database.dsn)]);
  };

  beforeAll(async () => {
    inputs = copyExamples(folder);
    const made = folder.text("made.ndjson", madeRecords());
    await runPython(tiled, "make_files.py", { folder: folder.folder("kinds") });
    const pourWhole = async (input: string): Promise<void> =>
      expect((await pour(database, folder, input)).report.status).toBe("completed");
    await pourWhole(inputs.vdp);
    // A catalog that is upgraded takes the rest afterwards, if copycat writes to what becomes of it.
    if (isWritable) await upgrade();
    await pourWhole(inputs.edrixs);
    await pourWhole(made);
    const { rejects } = await pour(database, folder, folder.path("kinds"));
    const kinds = folder.path("kinds").length;
    const rejected = rejects.map(({ source, position, code }) => [source.slice(kinds) + position, code]);
    expect(Object.fromEntries(rejected)).toEqual(rejectedKinds);
    expect(await verifyFiles(database.database)).toMatchObject({ ok: true });
    await writeNodes(database, folder.path("nodes.ndjson"));
    const configured = await configure({ database, folder });
    if (!isWritable) await upgrade();
    server = await serveTiled(tiled, configured);
  });

  afterAll(() => server?.stop());

  describe("the tree and its searches", () => {
    itChecks(
      [
        "lists the datasets in the order in which they went in",
        "counts children exactly",
        "pages through more than a hundred children",
        "gives heads, tails, and keys by position",
        "gives family, metadata and specs of every node as they are in the catalog",
        "finds a node by its path, and says which key is not there",
        "Eq",
        "NotEq",
        "Comparison",
        "In",
        "NotIn",
        "Contains",
        "Like",
        "FullText",
        "KeyPresent",
        "KeysFilter",
        "StructureFamilyQuery",
        "SpecsQuery",
        "several conditions, and a key within a search",
        "sort",
        "distinct",
        "searches a dataset that came from files",
      ],
      () =>
        check("read_catalog.py", { nodes: folder.path("nodes.ndjson"), made: folder.path("made.ndjson") }),
    );
  });

  describe.each(["VDP", "EDRIXS"])("the arrays of %s", (below) => {
    itChecks([...arraysAndParts, "leaves out none"], () => check("read_arrays.py", { below }));
  });

  describe("arrays of every kind", () => {
    const unserved = "arrays that are not served";
    const byTiled = "those that Tiled itself does not serve either";
    const rejectedByTiled = "rejected ones that Tiled itself does not serve either";
    let checks: Checks;
    const pathsIn = (name: string): string[] => Object.keys(checks.get(name)?.detail as object).sort();

    beforeAll(async () => {
      const access = ["--api-key", server.apiKey, "--prefix", "by_tiled", "--keep-ext"];
      await runTiled(tiled, ["register", server.url, folder.path("kinds"), ...access]);
      const rejected = Object.keys(rejectedKinds);
      checks = await check("read_arrays.py", { below: "kinds", tiledOwn: "by_tiled", rejected });
    });

    itChecks([...arraysAndParts, unserved, byTiled, rejectedByTiled], () => Promise.resolve(checks));

    it("are served but for those that a stock Tiled cannot serve, known one by one", () => {
      expect(pathsIn(unserved), detailOf(checks.get(unserved))).toEqual(Object.keys(unservedKinds).sort());
    });

    it("are not served better when Tiled registers the same file itself", () => {
      expect(pathsIn(byTiled)).toEqual(Object.keys(unservedKinds).sort());
      expect(pathsIn(rejectedByTiled)).toEqual(Object.keys(rejectedKinds).sort());
    });
  });

  describe("a client that writes", () => {
    itChecks(
      [
        "creates a container",
        "writes an array and reads it again",
        "writes an array in chunks",
        "writes below a container that copycat has made",
        "is told that a key is taken",
        "updates metadata, and finds the version before among the revisions",
      ],
      () => check("write_catalog.py", { step: "write" }),
    );

    it.each(["/VDP/new_H/arr", "/VDP/H_0004/fit"])("makes the closure of %s", async (path) => {
      const keys = await database.rows<{ key: string; depth: number }>(
        `select n.key, c.depth from nodes_closure c join nodes n on n.id = c.ancestor
         where c.descendant = (select d.node_id from data_sources d join nodes n on n.id = d.node_id
           join nodes p on p.id = n.parent where n.key = $1 and p.key = $2)
         order by c.depth desc`,
        path.split("/").slice(-2).reverse(),
      );
      expect(keys).toEqual(path.split("/").map((key, index) => ({ key, depth: 3 - index })));
    });

    it("leaves a sound catalog", async () => {
      expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
    });

    if (isWritable) {
      it("meets an update by copycat, which goes on with the revisions", async () => {
        // The files have not changed, so what a client wrote stays until all is compared.
        const kept = await pour(database, folder, inputs.vdp, { policy: "update" });
        expect(kept.report.nodes).toMatchObject({ inserted: 0, updated: 0, rejected: 0 });
        const options = { policy: "update" as const, reread: true };
        const { report } = await pour(database, folder, inputs.vdp, options);
        expect(report.nodes).toMatchObject({ inserted: 0, updated: 1, rejected: 0 });
        expect((await nodeAt(database, "/VDP/H_0001")).metadata).not.toHaveProperty("note");
        const revisions = await database.rows(
          "select revision_number as number, metadata ? 'note' as noted from revisions order by 1",
        );
        expect(revisions).toEqual([
          { number: 1, noted: false },
          { number: 2, noted: true },
        ]);
      });
    }
  });

  describe("a client that deletes", () => {
    itChecks(
      [
        "is refused to delete what is not empty",
        "deletes an entity with its arrays, and leaves the file",
        "deletes what a client has written, with its data",
      ],
      () => check("write_catalog.py", { step: "delete" }),
    );

    it("leaves no row behind, and a sound catalog", async () => {
      expect((await nodesBelow(database, "/VDP/H_0002")).size).toBe(0);
      expect((await nodesBelow(database, "/VDP/new_H")).size).toBe(0);
      expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
    });

    if (isWritable) {
      it("is followed by an ingest that puts back what is in the files", async () => {
        const { report } = await pour(database, folder, inputs.vdp);
        expect(report.nodes).toMatchObject({ inserted: 12, rejected: 0 });
        expect(report.assets.inserted).toBe(1);
        expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
      });
    } else {
      it("is not followed by an ingest into a schema that copycat does not know", async () => {
        await expectRefusal(database, inputs.vdp);
      });
    }
  });
});
