// Several writers at once, and catalogs that were damaged before.

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { loadNodes, verifyCatalog } from "../../../src/catalog/index.ts";
import { openDatabase } from "../../../src/database/index.ts";
import { errorCode } from "../../../src/errors.ts";
import { useDatabase } from "../../support/database.ts";
import { container, dataset, inBatches, listPaths, load } from "../../support/nodes.ts";

const insertNode = `insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
  values ($1, $2, 'container', '{}', '[]', '{}') returning id`;

describe("two loads and an ordinary writer at once", () => {
  const db = useDatabase();
  const nodes = dataset("VDP", 100, 2).slice(0, 300);

  test.each(["online", "offline"] as const)(
    "in mode %s leave no duplicate and an exact closure",
    async (mode) => {
      const name = `VDP-${mode}`;
      const renamed = nodes.map((node) => ({
        ...node,
        parentPath: node.parentPath.map((key) => (key === "VDP" ? name : key)),
        key: node.key === "VDP" ? name : node.key,
      }));
      const other = await openDatabase({ dsn: db.dsn });
      let isLoading = true;
      const write = async (): Promise<number> => {
        const [writer] = await db.rows<{ id: number }>(insertNode, [0, `writer-${mode}`]);
        let written = 0;
        for (; isLoading || written < 20; written++) {
          await db.rows(insertNode, [writer?.id, `n${written}`]);
          await sleep(2);
        }
        return written + 1;
      };
      const before = await db.value<number>("select count(*)::int from nodes");
      const writing = write();
      const loaded = await Promise.all([
        load(db.database, renamed, { mode, batchNodes: 20 }),
        load(other, renamed, { mode, batchNodes: 30 }),
      ]);
      isLoading = false;
      const written = await writing;
      await other.close();
      expect(loaded.map(({ report }) => report.nodes.inserted).sort()).toEqual([0, 300]);
      expect(loaded.map(({ report }) => report.nodes.skipped).sort()).toEqual([0, 300]);
      const verified = await verifyCatalog(db.database);
      expect(verified.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(verified.nodes).toBe(before + written + 300);
      expect(await db.value("select count(*)::int from assets")).toBe(100);
    },
  );
});

describe("the table lock", () => {
  const db = useDatabase();

  test("is not taken while the source is read", async () => {
    async function* slow() {
      yield [container("/a")];
      // Another writer gets in between two batches, or this load would wait for itself.
      await db.rows(insertNode, [0, "meanwhile"]);
      yield [container("/b")];
    }
    await loadNodes(db.database, slow(), {
      policy: "skip",
      mode: "online",
      dryRun: false,
      onReject: () => undefined,
    });
    expect(await listPaths(db)).toEqual(["/meanwhile", "/a", "/b"]);
  });

  test("is waited for, with a notice, when another program is writing", async () => {
    const writer = await db.database.pool.connect();
    await writer.query("begin");
    await writer.query(insertNode, [0, "open"]);
    const waiting = load(db.database, [container("/open"), container("/later")]);
    await waitForLock(1);
    await writer.query("commit");
    writer.release();
    const { report, notices } = await waiting;
    expect(report.nodes).toMatchObject({ inserted: 1, skipped: 1 });
    expect(notices[0]).toContain("waiting for it to finish");
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });

  test("keeps writers away while the trigger is off, but not readers", async () => {
    const seen: unknown[] = [];
    // The rejects are handed out under the lock.
    await loadNodes(db.database, inBatches([container("/missing/x"), container("/held")]), {
      policy: "skip",
      mode: "online",
      dryRun: false,
      onReject: async () => {
        seen.push(await db.value("select count(*)::int from nodes_closure"));
        seen.push(await writeWithin("50ms"));
      },
    });
    expect(seen).toEqual([expect.any(Number), "55P03"]);
    expect(await db.value("select count(*)::int from nodes where key = 'held'")).toBe(1);
  });

  async function writeWithin(timeout: string): Promise<string | undefined> {
    const client = await db.database.pool.connect();
    try {
      await client.query(`set lock_timeout = '${timeout}'`);
      await client.query(insertNode, [0, "impatient"]);
      return undefined;
    } catch (error) {
      return errorCode(error);
    } finally {
      client.release(true);
    }
  }

  async function waitForLock(waiters: number): Promise<void> {
    const count = () =>
      db.value("select count(*)::int from pg_locks where relation = 'nodes'::regclass and not granted");
    await expect.poll(count, { timeout: 10_000, interval: 20 }).toBe(waiters);
  }
});

describe("a damaged closure", () => {
  const db = useDatabase();

  test("is repaired whole in mode offline, even by a load that brings nothing new", async () => {
    const nodes = dataset("VDP", 10);
    await load(db.database, nodes);
    await db.rows("delete from nodes_closure where depth > 1 and descendant % 2 = 0");
    await db.rows("update nodes_closure set depth = depth + 5 where depth = 1 and descendant % 3 = 0");
    await db.rows("insert into nodes_closure values (5, 1, 9)");
    expect((await verifyCatalog(db.database)).ok).toBe(false);
    const { report } = await load(db.database, nodes, { mode: "offline" });
    expect(report).toMatchObject({
      mode: "offline",
      nodes: { inserted: 0 },
      closure: { strategy: "rebuild" },
    });
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  });

  test("of old nodes does not spoil that of new ones in mode online", async () => {
    await db.rows("delete from nodes_closure where depth = 1");
    await load(db.database, [container("/VDP/H_3/new")], { mode: "online" });
    const depths = await db.rows(`select c.depth from nodes_closure c join nodes n on n.id = c.descendant
      where n.key = 'new' order by 1`);
    expect(depths.map(({ depth }) => depth)).toEqual([0, 1, 2, 3]);
  });
});

describe("parents that form a circle", () => {
  const db = useDatabase();

  test("end a load in mode offline with a sentence instead of climbing for ever", async () => {
    await load(db.database, [container("/a"), container("/a/b"), container("/a/b/c")]);
    await db.rows("update nodes set parent = (select id from nodes where key = 'c') where key = 'a'");
    await expect(load(db.database, [container("/x")], { mode: "offline" })).rejects.toMatchObject({
      code: "CATALOG_VERSION",
      message: expect.stringContaining("3 nodes of the catalog do not reach the root"),
    });
    expect(await db.value("select count(*)::int from nodes where key = 'x'")).toBe(0);
  });
});

describe("the mode, when it is chosen by the load", () => {
  const db = useDatabase();

  test("is offline for an empty catalog or one that the input outgrows, else online", async () => {
    const modes: string[] = [];
    for (const nodes of [dataset("a", 20), [container("/b")], dataset("c", 400)]) {
      modes.push((await load(db.database, nodes)).report.mode);
    }
    expect(modes).toEqual(["offline", "online", "offline"]);
  });
});
