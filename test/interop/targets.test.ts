// Catalogs on several servers, each mounted under the name of its target in one stock Tiled.

import { afterAll, beforeAll, expect } from "vitest";
import { catalogRevision } from "../../migrations/revision.ts";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { ingestTargets } from "../../src/targets/index.ts";
import { callCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";
import { useTargets } from "../targets/support.ts";
import { itChecks, runChecks } from "./support/checks.ts";
import { copyExamples } from "./support/ours.ts";
import { runTiled, serveTiled, sqlalchemyUri, type TiledServer } from "./support/programs.ts";
import { withEachTiled } from "./support/releases.ts";

withEachTiled((tiled) => {
  const folder = useFolder();
  const servers = useTargets(folder, { east: ["VDP"], west: [] });
  let server: TiledServer;

  beforeAll(async () => {
    const { vdp, edrixs } = copyExamples(folder);
    const results = await ingestTargets(await servers.read(), { inputs: [edrixs, vdp] });
    expect(results.map(({ target, report }) => [target, report?.status])).toEqual([
      ["west", "completed"],
      ["east", "completed"],
    ]);
    const [file, apiKey] = [folder.path("tiled.yml"), "secret"];
    const written = ["--writable", folder.path("written")];
    const args = ["--targets", servers.write(), "--out", file, "--api-key", apiKey, ...written];
    expect((await callCli(["serve-config", ...args])).code).toBe(0);
    for (const { dsn } of Object.values(servers.databases)) {
      if (tiled.revision === catalogRevision) continue;
      await runTiled(tiled, ["catalog", "upgrade-database", sqlalchemyUri(dsn)]);
    }
    server = await serveTiled(tiled, { file, apiKey });
  });

  afterAll(async () => {
    await server?.stop();
    for (const { database } of Object.values(servers.databases)) {
      expect(await verifyCatalog(database)).toMatchObject({ ok: true });
    }
  });

  itChecks(
    [
      "lists a tree for each target, and their datasets below it",
      "searches the entities of each",
      "reads arrays of each as h5py does",
      "writes the same path to each, side by side",
    ],
    () =>
      runChecks(tiled, "read_targets.py", {
        server,
        trees: { east: ["VDP"], west: ["EDRIXS"] },
        arrays: ["east/VDP/H_0001/mh_powder_30T", "west/EDRIXS/edrixs_3/rixs_spectrum"],
      }),
  );
});
