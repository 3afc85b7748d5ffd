// A catalog that an old Tiled has made: refused as it is, taken after Tiled's own upgrade.

import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { nodeAt, pour } from "../ingest/support.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { schemaFacts } from "../support/schemaFacts.ts";
import { itChecks, runChecks, wholeArrays } from "./support/checks.ts";
import { configure, copyExamples } from "./support/ours.ts";
import { runTiled, serveTiled, sqlalchemyUri, type TiledServer } from "./support/programs.ts";
import { expectRefusal } from "./support/refusal.ts";
import { withEachTiled } from "./support/releases.ts";

withEachTiled((tiled, isWritable) => {
  const { old } = inject("tiled");
  const database = useDatabase({ empty: true });
  const folder = useFolder();
  let inputs: ReturnType<typeof copyExamples>;
  let server: TiledServer | undefined;

  beforeAll(async () => {
    inputs = copyExamples(folder);
    if (old === null) throw new Error("There is no old Tiled.");
    await runTiled(old, ["catalog", "init", sqlalchemyUri(database.dsn)]);
    await database.rows(`insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
      values (0, 'old', 'container', '{"made": "before"}', '[]', '{}')`);
  });

  afterAll(() => server?.stop());

  it(`made by Tiled ${old?.version} is refused, with what to do`, async () => {
    const { code, stderr } = await callCli(["ingest", inputs.vdp, "--dsn", database.dsn, "--quiet"]);
    expect(code).toBe(1);
    expect(stderr).toContain("tiled catalog upgrade-database");
  });

  if (!isWritable) {
    it(`upgraded by Tiled ${tiled.version} is refused as well`, async () => {
      await runTiled(tiled, ["catalog", "upgrade-database", sqlalchemyUri(database.dsn)]);
      await expectRefusal(database, inputs.vdp);
    });
    return;
  }

  describe.each(["online", "offline"] as const)("upgraded, %s", (mode) => {
    beforeAll(async () => {
      await runTiled(tiled, ["catalog", "upgrade-database", sqlalchemyUri(database.dsn)]);
    });

    it("is taken, and keeps the schema that the upgrade gave it", async () => {
      const before = await schemaFacts(database, "public");
      const { report } = await pour(database, folder, mode === "online" ? inputs.vdp : inputs.edrixs, {
        mode,
      });
      expect(report).toMatchObject({ status: "completed", mode, nodes: { inserted: report.nodes.read } });
      expect(await schemaFacts(database, "public")).toEqual(before);
      expect(await verifyCatalog(database.database)).toMatchObject({ ok: true });
      expect((await nodeAt(database, "/old")).metadata).toEqual({ made: "before" });
    });
  });

  describe.each(["VDP", "EDRIXS"])("served: %s", (below) => {
    itChecks([...wholeArrays, "leaves out none"], async () => {
      server ??= await serveTiled(tiled, await configure({ database, folder }));
      return await runChecks(tiled, "read_arrays.py", { server, below, parts: false });
    });
  });
});
