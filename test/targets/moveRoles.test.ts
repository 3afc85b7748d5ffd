// A move by the role that loads, and by one that may only read.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { moveDataset, readTargets } from "../../src/targets/index.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { snapshot } from "../support/nodes.ts";
import { describeDataset, loadRich } from "./datasets.ts";

const [east, west] = [useDatabase(), useDatabase()];
const folder = useFolder();
const suffix = randomBytes(4).toString("hex");
const roles = ["owner", "writer", "reader", "tiled"].map((kind) => ({ kind, name: `${kind}_${suffix}` }));

const dsnOf = (dsn: string, kind: string): string => {
  const url = new URL(dsn);
  url.username = `${kind}_${suffix}`;
  url.password = "pass";
  return url.toString();
};

const write = (kind: string): string =>
  folder.text(
    "targets.yaml",
    `targets:
  - {name: east, dsn: "${dsnOf(east.dsn, kind)}", datasets: [RICH]}
  - {name: west, dsn: "${dsnOf(west.dsn, "writer")}", default: true}
`,
  );

beforeAll(async () => {
  await loadRich(east, "RICH", 3);
  for (const { dsn } of [east, west]) {
    const flags = roles.flatMap(({ kind, name }) => [`--${kind}`, name]);
    const { code, stderr } = await callCli(["roles", "--apply", "--dsn", dsn, ...flags]);
    expect(code, stderr).toBe(0);
  }
  // Which may be on one server or on two.
  for (const test of [east, west]) {
    for (const { name } of roles) await test.rows(`alter role ${name} password 'pass'`);
  }
});

afterAll(async () => {
  for (const test of [east, west]) {
    await test.rows(`reassign owned by owner_${suffix} to current_user`);
    for (const { name } of roles) await test.rows(`drop owned by ${name} cascade`);
  }
  for (const test of [east, west]) {
    const hasParameterRights = Number(await test.value("show server_version_num")) >= 150_000;
    if (
      hasParameterRights &&
      (await test.rows("select from pg_roles where rolname = $1", [`writer_${suffix}`])).length > 0
    ) {
      await test.rows(`revoke set on parameter session_replication_role from writer_${suffix}`);
    }
    for (const { name } of roles) await test.rows(`drop role if exists ${name}`);
  }
});

it("is refused to a role that only reads, and nothing is changed", async () => {
  const before = [await snapshot(east), await snapshot(west)];
  await expect(moveDataset(await readTargets(write("reader")), "RICH", { to: "west" })).rejects.toMatchObject(
    {
      code: "PERMISSION",
    },
  );
  expect([await snapshot(east), await snapshot(west)]).toEqual(before);
});

it("is done by a role that loads and owns nothing", async () => {
  const before = await describeDataset(east, "RICH");
  const { status } = await moveDataset(await readTargets(write("writer")), "RICH", { to: "west" });
  expect(status).toBe("moved");
  expect(await describeDataset(west, "RICH")).toEqual(before);
  for (const { database } of [east, west]) expect((await verifyCatalog(database)).ok).toBe(true);
});
