// Loads beside other loads, beside a program that writes as Tiled does, and loads whose backend is ended: every node
// once, an exact closure, and nothing left undone.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LoadOptions, type NodeRecord, verifyCatalog } from "../../src/catalog/index.ts";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { dataset, load, snapshot } from "../support/nodes.ts";
import { register } from "../support/tiledWriter.ts";

const ways = [
  ["disable", "disable"],
  ["replica", "replica"],
  ["disable", "replica"],
] as const;

describe("two online loads at once", () => {
  const db = useDatabase();
  const other = useSecond(db);
  beforeAll(async () => void (await load(db.database, dataset("base", 50))));

  test.each(ways)("of the same records, triggers %s and %s, bring every node once", async (first, second) => {
    const before = await countNodes(db);
    const nodes = dataset(`same-${first}-${second}`, 150, 2);
    const loaded = await Promise.all([
      load(db.database, nodes, { mode: "online", triggers: first, batchNodes: 20 }),
      load(other.database, nodes, { mode: "online", triggers: second, batchNodes: 30 }),
    ]);
    const inserted = loaded.map(({ report }) => report.nodes.inserted).sort((a, b) => a - b);
    expect(inserted).toEqual([0, nodes.length]);
    expect(loaded.map(({ report }) => report.triggers)).toEqual([first, second]);
    expect(await countNodes(db)).toBe(before + nodes.length);
    await expectSound(db);
  });

  // The arrays of both lie in the same files and have the same structure.
  test.each(ways)("of different records, triggers %s and %s, bring both", async (first, second) => {
    const before = await countNodes(db);
    const [left, right] = ["left", "right"].map((side) => dataset(`${side}-${first}-${second}`, 150, 2));
    const [one, two] = await Promise.all([
      load(db.database, left ?? [], { mode: "online", triggers: first, batchNodes: 20 }),
      load(other.database, right ?? [], { mode: "online", triggers: second, batchNodes: 30 }),
    ]);
    expect([one.report.nodes.inserted, two.report.nodes.inserted]).toEqual([left?.length, right?.length]);
    expect(await countNodes(db)).toBe(before + 2 * (left?.length ?? 0));
    expect(await db.value("select count(*)::int from assets")).toBe(150);
    await expectSound(db);
  });
});

describe("a program that registers nodes as Tiled does", () => {
  const db = useDatabase();
  beforeAll(async () => void (await load(db.database, dataset("base", 50))));

  test.each(["disable", "replica"] as const)(
    "goes on during online loads (%s), and its closure is exact",
    async (triggers) => {
      const before = await countNodes(db);
      const writer = await db.database.pool.connect();
      const { rows } = await writer.query<{ id: number }>("select id from nodes where key = 'base'");
      let isLoading = true;
      const write = async (): Promise<number> => {
        let written = 0;
        for (; isLoading || written < 30; written++) {
          await register(writer, rows[0]?.id ?? 0, `${triggers}-${written}`);
        }
        return written;
      };
      const writing = write();
      let loadedNodes = 0;
      for (let turn = 0; turn < 4; turn++) {
        const nodes = dataset(`${triggers}-load-${turn}`, 100, 3);
        const { report } = await load(db.database, nodes, { mode: "online", triggers });
        loadedNodes += report.nodes.inserted;
      }
      isLoading = false;
      const written = await writing;
      writer.release();
      expect(loadedNodes).toBe(4 * 401);
      expect(await countNodes(db)).toBe(before + loadedNodes + written);
      await expectSound(db);
    },
  );
});

describe("a load whose backend is ended at a random moment", () => {
  const db = useDatabase();
  const victim = useSecond(db, "copycat victim");
  beforeAll(async () => void (await load(db.database, dataset("base", 20, 2))));

  // Offline from 5,000 new nodes on: only then are indexes and keys dropped.
  const cases: { name: string; options: Partial<LoadOptions>; kills: number; nodes: NodeRecord[] }[] = [
    {
      name: "online, disable",
      options: { mode: "online", triggers: "disable" },
      kills: 5,
      nodes: dataset("dis", 300, 3),
    },
    {
      name: "online, replica",
      options: { mode: "online", triggers: "replica" },
      kills: 5,
      nodes: dataset("rep", 300, 3),
    },
    { name: "offline", options: { mode: "offline" }, kills: 10, nodes: dataset("off", 1700, 2) },
  ];

  test.each(cases)(
    "$name: $kills times leaves the catalog as it was, and the next load works",
    async ({ options, kills, nodes }) => {
      let before = await everything(db);
      const phases = ["read", "merge", "closure", ...(options.mode === "offline" ? ["indexes"] : [])];
      let ended = 0;
      for (let attempt = 0; ended < kills; attempt++) {
        expect(attempt, "loads were faster than their end").toBeLessThan(kills * 3);
        const phase = phases[attempt % phases.length] ?? "read";
        const delayMs = Math.random() * (phase === "closure" ? 5 : 50);
        const outcome = await loadAndEnd(nodes, options, { phase, delayMs });
        const label = `${delayMs.toFixed(1)} ms into phase ${phase}`;
        expect(outcome, label).toMatch(/ended|too late/);
        if (outcome === "ended") {
          ended += 1;
          expect(await everything(db), label).toEqual(before);
        } else {
          await db.rows("delete from nodes where parent = 0 and key = $1", [nodes[0]?.key]);
          before = await everything(db);
        }
      }
      const { report } = await load(victim.database, nodes, options);
      expect(report.nodes.inserted).toBe(nodes.length);
      expect((await everything(db)).objects).toEqual(before.objects);
      await expectSound(db);
    },
  );

  /** A load that is ended so long after the given phase began: "ended", "too late" when it is in, else what it said. */
  async function loadAndEnd(
    nodes: readonly NodeRecord[],
    options: Partial<LoadOptions>,
    { phase, delayMs }: { phase: string; delayMs: number },
  ): Promise<string> {
    let ending: Promise<unknown> | undefined;
    const end = async (): Promise<void> => {
      await sleep(delayMs);
      await db.rows(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where application_name = 'copycat victim' and datname = current_database()`);
    };
    const outcome = await load(victim.database, nodes, {
      ...options,
      onPhase: (current) => {
        if (current === phase) ending ??= end();
      },
    }).then(() => "too late", explainEnd);
    await ending;
    return outcome;
  }

  function explainEnd({ message }: Error): string {
    if (message.includes("during the commit")) return "too late";
    return /57P01|ECONNRESET|EPIPE|connection/i.test(message) ? "ended" : message;
  }
});

/** A second pool, as of another process. */
function useSecond(db: TestDatabase, applicationName = "copycat other"): { readonly database: Database } {
  let database: Database | undefined;
  beforeAll(async () => {
    database = await openDatabase({ dsn: db.dsn, applicationName });
  });
  afterAll(async () => void (await database?.close()));
  return {
    get database() {
      if (database === undefined) throw new Error("The connection exists inside tests only.");
      return database;
    },
  };
}

function countNodes(db: TestDatabase): Promise<number> {
  return db.value("select count(*)::int from nodes");
}

/** `verify` finds nothing, and the closure trigger works: a plain insert gets its rows. */
async function expectSound(db: TestDatabase): Promise<void> {
  const verified = await verifyCatalog(db.database);
  expect(verified.checks.filter(({ ok }) => !ok)).toEqual([]);
  const [{ id, parent } = { id: 0, parent: 0 }] = await db.rows<{ id: number; parent: number }>(`
    insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
    select id, 'probe', 'container', '{}', '[]', '{}' from nodes where key = 'H_1' limit 1
    returning id, parent`);
  const closure = await db.rows("select ancestor, depth from nodes_closure where descendant = $1", [id]);
  expect(closure).toHaveLength(4);
  expect(closure).toContainEqual({ ancestor: parent, depth: 1 });
  await db.rows("delete from nodes where id = $1", [id]);
}

/** All rows, and all indexes, constraints and triggers by what they are. Sequences are left out: no rollback resets them. */
async function everything(db: TestDatabase): Promise<Record<string, unknown>> {
  const { sequences: _sequences, triggers: _triggers, ...tables } = await snapshot(db);
  const schema = "select oid from pg_class where relnamespace = 'public'::regnamespace";
  const objects = {
    indexes:
      await db.rows(`select pg_get_indexdef(indexrelid) as definition, indisvalid, indisready, indislive
      from pg_index where indrelid in (${schema}) order by 1`),
    constraints: await db.rows(`select conrelid::regclass::text as on, conname, contype, convalidated,
      pg_get_constraintdef(oid) as definition from pg_constraint where conrelid in (${schema}) order by 1, 2`),
    // Those of foreign keys have names made of numbers.
    triggers:
      await db.rows(`select tgrelid::regclass::text as on, tgfoid::regproc::text as does, tgenabled, tgtype,
      case when tgisinternal then '' else tgname end as name
      from pg_trigger where tgrelid in (${schema}) order by 1, 2, 4, 5`),
  };
  return { tables, objects };
}
