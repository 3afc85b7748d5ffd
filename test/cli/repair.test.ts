// copycat verify --repair.

import { beforeAll, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { dataset, load } from "../support/nodes.ts";

const db = useDatabase();

const call = (...args: string[]) => callCli(["verify", ...args, "--dsn", db.dsn]);

const damage = `
  delete from nodes_closure where depth = 2;
  alter table nodes disable trigger update_closure_table_when_inserting`;

beforeAll(async () => {
  await load(db.database, dataset("VDP", 3, 1));
});

it("tells both reports to people and ends with 0 when all is sound afterwards", async () => {
  await db.rows(damage);
  expect((await call()).code).toBe(1);
  const { code, stdout } = await call("--repair");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Before:\n {2}FAIL closure {2}6 rows missing.*\n {2}FAIL triggers {2}/);
  expect(stdout).toContain(
    "\nRepaired: closure rows 6 inserted, 0 corrected, 0 deleted; enabled update_closure_table_when_inserting.\nAfter:\n8 nodes",
  );
  expect(stdout).toMatch(/The catalog is sound\.\n$/);
  expect((await call()).code).toBe(0);
});

it("prints the report after, and what was repaired, as JSON", async () => {
  await db.rows(damage);
  const { stdout } = await call("--repair", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    closure: { missing: 0 },
    repaired: {
      closure: { inserted: 6, updated: 0, deleted: 0 },
      triggers: ["update_closure_table_when_inserting"],
      sequences: [],
    },
  });
});

it("says that there was nothing to do", async () => {
  const { code, stdout } = await call("--repair");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Nothing to repair\.\n8 nodes, .*The catalog is sound\.\n$/s);
});

it("ends with 1 when something is left that it cannot mend", async () => {
  await db.rows("insert into assets (data_uri, is_directory) values ('file:x', false)");
  const { code, stdout } = await call("--repair");
  expect(code).toBe(1);
  expect(stdout).toContain("1 check failed.");
});
