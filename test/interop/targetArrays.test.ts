// Three catalogs on as many databases under one stock Tiled: a tree for each, and arrays from all of them.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";
import { useTargets } from "../targets/support.ts";
import { itChecks, runChecks, wholeArrays } from "./support/checks.ts";
import { copyExamples } from "./support/ours.ts";
import { runTiled, serveTiled, sqlalchemyUri, type TiledServer } from "./support/programs.ts";
import { withEachTiled } from "./support/releases.ts";

withEachTiled((tiled) => {
  const folder = useFolder();
  const targets = useTargets(folder, { east: ["VDP"], west: ["EDRIXS"], rest: [] });
  let server: TiledServer;

  beforeAll(async () => {
    const { vdp, edrixs } = copyExamples(folder);
    await folder.hdf5("other/a.h5", {
      children: { T: { data: 1.5 }, m: { data: Float64Array.of(1, 2, 3) } },
    });
    const other = folder.text(
      "other.yaml",
      "label: OTHER\ndata: { directory: other, layout: per_entity }\nartifacts: [{ type: m, dataset: /m }]\n",
    );
    const file = targets.write();
    const poured = await callCli(["ingest", vdp, edrixs, other, "--targets", file, "--quiet"]);
    expect(poured.code, poured.stderr).toBe(0);
    for (const { dsn } of Object.values(targets.databases)) {
      await runTiled(tiled, ["catalog", "upgrade-database", sqlalchemyUri(dsn)]);
    }
    const apiKey = randomBytes(16).toString("hex");
    const out = folder.path("tiled.yml");
    const made = await callCli(["serve-config", "--targets", file, "--out", out, "--api-key", apiKey]);
    expect(made.code, made.stderr).toBe(0);
    server = await serveTiled(tiled, { file: out, apiKey });
  });

  afterAll(() => server?.stop());

  describe.each(["east/VDP", "west/EDRIXS", "rest/OTHER"])("the arrays of %s", (below) => {
    itChecks([...wholeArrays, "leaves out none"], () =>
      runChecks(tiled, "read_arrays.py", { server, below, parts: false }),
    );
  });

  it("the root lists the servers, and each its own datasets", async () => {
    const list = async (path: string): Promise<string[]> => {
      const answer = await fetch(`${server.url}/search/${path}`, {
        headers: { authorization: `Apikey ${server.apiKey}` },
      });
      return ((await answer.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
    };
    expect((await list("")).sort()).toEqual(["east", "rest", "west"]);
    expect(await list("east")).toEqual(["VDP"]);
    expect(await list("west")).toEqual(["EDRIXS"]);
  });
});
