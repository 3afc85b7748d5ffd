// Targets that are schemas of one database: each is a catalog with an account of its own, as on Citus.

import { beforeAll, describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { smallInputs } from "../support/smallInputs.ts";

const folder = useFolder();
const db = useDatabase();
const names = ["VDP", "EDRIXS"] as const;
let targets: string;

beforeAll(async () => {
  targets = folder.text(
    "targets.yaml",
    `\
targets:
  - {name: east, dsn: "${db.dsn}", schema: Beam line, datasets: [VDP]}
  - {name: west, dsn: "${db.dsn}", schema: west, default: true}
`,
  );
  for (const name of names) await smallInputs(folder).dataset(name, "m");
});

const call = async (...args: string[]) => {
  const { code, stdout, stderr } = await callCli([...args, "--targets", targets, "--json", "--quiet"]);
  return { code, stderr, document: stdout === "" ? null : (JSON.parse(stdout) as Record<string, unknown>) };
};

describe("schemas of one database as targets", () => {
  it("are made, filled, and hold what goes to them alone", async () => {
    const { code } = await call("ingest", ...names.map((name) => folder.path(`${name}.yaml`)));
    expect(code).toBe(0);
    const keysIn = (schema: string): Promise<string> =>
      db.value(`select string_agg(key, ' ') from "${schema}".nodes where parent = 0`);
    expect(await keysIn("Beam line")).toBe("VDP");
    expect(await keysIn("west")).toBe("EDRIXS");
    expect(await db.value(`select count(*)::int from nodes where id > 0`)).toBe(0);
  });

  it("pass over files that are known, each by its own account", async () => {
    const { document } = await call("ingest", ...names.map((name) => folder.path(`${name}.yaml`)));
    expect(document).toMatchObject({
      nodes: { inserted: 0 },
      files: { unchanged: 2, read: 0 },
    });
  });

  it("list their own runs, and show one by its id", async () => {
    const { document } = await call("runs");
    const runs = document?.runs as { id: string; target: string; dataset: string }[];
    expect(runs.map(({ target, dataset }) => `${target} ${dataset}`).sort()).toEqual([
      "east VDP",
      "east VDP",
      "west EDRIXS",
      "west EDRIXS",
    ]);
    const shown = await call("runs", "show", runs[0]?.id ?? "");
    expect(shown.document).toMatchObject({ id: runs[0]?.id });
  });

  it("are searched and verified as one catalog", async () => {
    expect((await call("verify")).code).toBe(0);
    const { document } = await call("search", "--where", "family container");
    const nodes = document?.nodes as { path: string }[];
    expect(
      nodes.map(({ path }) => path.split("/")[1]).filter((key, at, all) => all.indexOf(key) === at),
    ).toEqual([...names]);
  });

  it("take no dataset from each other, and are left as they are", async () => {
    const { code, stderr } = await call("targets", "move", "VDP", "--to", "west");
    expect(code).toBe(2);
    expect(stderr).toContain("east and west are schemas of one database, between which no dataset is moved");
    expect((await call("verify")).code).toBe(0);
  });

  it("are trees of one configuration, which says how Tiled finds them", async () => {
    const { stderr } = await callCli([
      "serve-config",
      "--out",
      folder.path("tiled.yml"),
      "--targets",
      targets,
    ]);
    expect(stderr).toContain(`alter role TILEDS_ROLE set search_path = "Beam line", public`);
  });
});
