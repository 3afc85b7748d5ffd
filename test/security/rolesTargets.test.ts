// `copycat roles --apply` on several servers.

import { randomBytes } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";
import { container, load } from "../support/nodes.ts";
import { databaseOf } from "../targets/service.ts";
import { useTargets } from "../targets/support.ts";

const folder = useFolder();
const targets = useTargets(folder, { west: ["W_*"], east: ["E_*"], home: [] });
const suffix = randomBytes(4).toString("hex");
const roles = ["owner", "writer", "reader", "tiled"].map((name) => `${name}_${suffix}`);
const flags = roles.flatMap((role) => [`--${role.split("_")[0]}`, role]);

afterAll(async () => {
  for (const database of Object.values(targets.databases)) {
    await database.rows(`reassign owned by ${roles.join(", ")} to current_user`);
    for (const role of roles) await database.rows(`drop owned by ${role} cascade`);
    if (Number(await database.value("show server_version_num")) >= 150_000) {
      await database.rows(`revoke set on parameter session_replication_role from ${roles[1]}`);
    }
  }
  for (const database of Object.values(targets.databases)) {
    for (const role of roles) await database.rows(`drop role if exists ${role}`);
  }
});

const mayRead = (name: string): Promise<boolean> =>
  databaseOf(targets, name).value("select has_table_privilege($1, 'nodes', 'select')", [roles[2]]);

describe("roles --apply --targets", () => {
  it("gives the roles their rights at each of them, and again", async () => {
    for (const { database } of Object.values(targets.databases)) await load(database, [container("/A")]);
    const file = targets.write();
    for (const _ of [1, 2]) {
      const { code, stdout, stderr } = await callCli(["roles", "--apply", "--targets", file, ...flags]);
      expect([code, stderr]).toEqual([0, expect.any(String)]);
      for (const name of ["west", "east", "home"]) expect(stdout).toContain(`${name}  The roles ${roles[0]}`);
    }
    expect([await mayRead("west"), await mayRead("east"), await mayRead("home")]).toEqual([true, true, true]);
    const { stdout } = await callCli(["roles", "--apply", "--json", "--quiet", "--targets", file, ...flags]);
    const { targets: each, failed } = JSON.parse(stdout);
    expect(each.map(({ target, applied }: Record<string, unknown>) => [target, applied])).toEqual([
      ["west", true],
      ["east", true],
      ["home", true],
    ]);
    expect(failed).toEqual([]);
  });

  it("does what it can while one does not answer, and says which", async () => {
    const list = ["west", "home"].map((name) => ({
      name,
      dsn: databaseOf(targets, name).dsn,
      datasets: [name],
    }));
    const down = { name: "east", dsn: "postgres://nobody@127.0.0.1:1/none", default: true };
    const file = folder.text("down.yaml", JSON.stringify({ targets: [...list, down] }));
    const { code, stdout, stderr } = await callCli(["roles", "--apply", "--targets", file, ...flags]);
    expect([code, stdout.match(/have their rights/g)?.length]).toEqual([1, 2]);
    expect(stderr).toContain("The target east does not answer");
  });
});
