// plan_cache_mode: for the database where the role owns it, else for the role; said once, never an error.

import { beforeAll, describe, expect, test } from "vitest";
import { addPromotedKey, forceCustomPlans } from "../../../src/catalog/index.ts";
import { findTrigrams } from "../../../src/catalog/promoted/trigrams.ts";
import { type Database, openDatabase } from "../../../src/database/index.ts";
import { useDatabase } from "../../support/database.ts";
import { container, load } from "../../support/nodes.ts";

/** What a new connection has. */
async function modeOf(dsn: string): Promise<string> {
  const fresh = await openDatabase({ dsn });
  try {
    const { rows } = await fresh.pool.query<{ mode: string }>(
      "select current_setting('plan_cache_mode') as mode",
    );
    return rows[0]?.mode ?? "";
  } finally {
    await fresh.close();
  }
}

async function force(database: Database) {
  const notices: string[] = [];
  const result = await forceCustomPlans(database, (notice) => notices.push(notice));
  return { ...result, notices };
}

describe("the owner of the database", () => {
  const db = useDatabase();

  beforeAll(async () => {
    await load(db.database, [container("/V"), container("/V/a", { Ja: 1 })]);
  });

  test("promotes a key and leaves the setting alone, if it is asked to", async () => {
    await addPromotedKey(db.database, ["Ja"], { planCacheMode: false });
    expect(await modeOf(db.dsn)).toBe("auto");
  });

  test("sets it for all new connections, says why, and does so once", async () => {
    const notices: string[] = [];
    await addPromotedKey(db.database, ["Ja"], { onNotice: (notice) => notices.push(notice) });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(
      /^Set plan_cache_mode = force_custom_plan for the database test_\w+: .*restart Tiled\.$/,
    );
    expect(await modeOf(db.dsn)).toBe("force_custom_plan");
    expect(await force(db.database)).toEqual({ scope: "database", changed: false, notices: [] });
  });
});

describe("a role that does not own the database", () => {
  const db = useDatabase();
  const role = `Copycat "reader" ${process.pid}`;
  const quoted = `"${role.replaceAll('"', '""')}"`;

  test("sets it for itself, and says what the owner would have to run", async () => {
    await db.rows(`create role ${quoted} login password 'x'`);
    const url = new URL(db.dsn);
    url.username = encodeURIComponent(role);
    url.password = "x";
    const other = await openDatabase({ dsn: url.toString() });
    try {
      const first = await force(other);
      expect(first).toMatchObject({ scope: "role", changed: true });
      expect(first.notices).toHaveLength(1);
      expect(first.notices[0]).toMatch(/let the owner run: alter database "test_\w+" set plan_cache_mode/);
      expect(await modeOf(url.toString())).toBe("force_custom_plan");
      expect(await modeOf(db.dsn)).toBe("auto");
      expect(await force(other)).toEqual({ scope: "role", changed: false, notices: [] });
      // Nor may it install extensions: no index for LIKE then, and a sentence.
      const notices: string[] = [];
      expect(await findTrigrams(other, (notice) => notices.push(notice))).toBeNull();
      expect(notices).toEqual([
        expect.stringMatching(/^No index for like and contains: .*create extension pg_trgm/),
      ]);
      expect(await findTrigrams(db.database)).toBe(db.database.catalogSchema);
      expect(await findTrigrams(other)).toBe(db.database.catalogSchema);
    } finally {
      await other.close();
      await db.rows(`drop owned by ${quoted}; drop role ${quoted}`);
    }
  });
});
