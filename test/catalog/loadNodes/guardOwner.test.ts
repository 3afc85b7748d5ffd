// How the triggers stay out of a load of a role that owns the catalog and is no superuser: what it may, and what it is told.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../../src/database/index.ts";
import { useDatabase } from "../../support/database.ts";
import { dataset, load } from "../../support/nodes.ts";
import { giveTables } from "../../support/owners.ts";
import { expectSound } from "../../support/soundCatalog.ts";

const db = useDatabase();
let round = 0;

/** Other nodes each time, so that there is something to insert. */
function someNodes() {
  round += 1;
  return dataset(`D${round}`, 4, 2);
}

describe("an owner who is no superuser", () => {
  const role = `copycat_owner_${randomBytes(4).toString("hex")}`;
  let owner: Database;

  beforeAll(async () => {
    await db.rows(`create role ${role} login password 'owner'`);
    await giveTables(db, db.database.catalogSchema, role);
    const dsn = new URL(db.dsn);
    dsn.username = role;
    dsn.password = "owner";
    owner = await openDatabase({ dsn: dsn.toString() });
  });

  afterAll(async () => {
    await owner.close();
    await giveTables(db, db.database.catalogSchema, "current_user");
    await db.rows(`drop owned by ${role}`);
    await db.rows(`drop role ${role}`);
  });

  test.each(["auto", "disable"] as const)("loads online with %s, and offline", async (triggers) => {
    const { report } = await load(owner, someNodes(), { mode: "online", triggers });
    expect(report.triggers).toBe("disable");
    await db.rows(`grant create on schema ${db.database.catalogSchema} to ${role}`);
    const offline = await load(owner, someNodes(), { mode: "offline", triggers });
    expect(offline.report.phases.map(({ name }) => name)).toContain("indexes");
    await db.rows(`revoke create on schema ${db.database.catalogSchema} from ${role}`);
    await expectSound(db);
  });

  test("loads offline with the indexes in place when it may not make new ones, and is told", async () => {
    // Before 15 everybody may, unless it was revoked.
    await db.rows(`revoke create on schema ${db.database.catalogSchema} from public`);
    const { report, notices } = await load(owner, someNodes(), { mode: "offline" });
    expect(report.nodes.inserted).toBe(13);
    expect(report.phases.map(({ name }) => name)).not.toContain("indexes");
    expect(notices).toEqual([expect.stringContaining(`grant create on schema "public" to ${role}`)]);
    await expectSound(db);
  });

  test("is told which right replica needs", async () => {
    await expect(load(owner, someNodes(), { mode: "online", triggers: "replica" })).rejects.toMatchObject({
      code: "PERMISSION",
      message: expect.stringContaining("grant set on parameter session_replication_role"),
    });
  });

  test("takes replica once that is granted, where the server has such grants", async () => {
    const version = Number(await db.value("show server_version_num"));
    if (version < 150_000) {
      await expect(db.rows(`grant set on parameter session_replication_role to ${role}`)).rejects.toThrow();
      return;
    }
    await db.rows(`grant set on parameter session_replication_role to ${role}`);
    const { report } = await load(owner, someNodes(), { mode: "online" });
    expect(report.triggers).toBe("replica");
    await db.rows(`revoke set on parameter session_replication_role from ${role}`);
    await expectSound(db);
  });
});
