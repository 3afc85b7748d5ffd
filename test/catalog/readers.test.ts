// What readers notice of a load: nothing online, and offline nothing before the merge. Locks are looked at, not clocks.

import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { loadNodes, type NodeRecord } from "../../src/catalog/index.ts";
import { errorCode } from "../../src/errors.ts";
import { useDatabase } from "../support/database.ts";
import { container, dataset, inBatches, load } from "../support/nodes.ts";

const loadedTables = [
  "assets",
  "data_source_asset_association",
  "data_sources",
  "nodes",
  "nodes_closure",
  "structures",
];

/** What Tiled asks: a listing, a search, a lookup, and the joins with all that a load fills. */
const queries = [
  "select id, key, metadata from nodes where parent = 0 order by id limit 100",
  `select id from nodes where parent = 1 and metadata @> '{"index": 3}' order by id limit 101`,
  "select n.id from nodes p join nodes n on n.parent = p.id where p.id = 0 and n.key = 'base'",
  "select n.key from nodes n join nodes_closure c on c.descendant = n.id where c.ancestor = 1 order by c.depth limit 100",
  `select d.*, s.structure, a.data_uri from data_sources d join structures s on s.id = d.structure_id
     join data_source_asset_association l on l.data_source_id = d.id join assets a on a.id = l.asset_id limit 100`,
];

describe("a load and its readers", () => {
  const db = useDatabase();
  const options = { policy: "skip", dryRun: false, onReject: () => undefined } as const;
  let reader: pg.PoolClient;
  let readerPid: number;
  let gate: pg.PoolClient;

  beforeAll(async () => {
    await load(db.database, dataset("base", 100, 2));
    reader = await db.database.pool.connect();
    gate = await db.database.pool.connect();
    const { rows } = await reader.query<{ pid: number }>("select pg_backend_pid() as pid");
    readerPid = rows[0]?.pid ?? 0;
    // A reader that meets a lock gets 55P03 instead of waiting for whoever waits for it.
    await reader.query("set lock_timeout = '2s'");
    await db.rows(`create function wait_at_gate() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock_shared(4711); return null; end; $$`);
  });

  afterEach(async () => {
    await gate.query("select pg_advisory_unlock_all()");
    await db.rows("drop trigger if exists gate on nodes_closure");
  });

  afterAll(() => {
    reader.release();
    gate.release();
  });

  test.each(["disable", "replica"] as const)(
    "online (%s): a reader that queries throughout never stands in a queue",
    async (triggers) => {
      let isLoading = true;
      const read = async (): Promise<number> => {
        let read = 0;
        for (; isLoading || read === 0; read++) await reader.query(queries[read % queries.length] ?? "");
        return read;
      };
      const watch = async (): Promise<{ polls: number; blocked: unknown[] }> => {
        const blocked: unknown[] = [];
        let polls = 0;
        for (; isLoading; polls++) blocked.push(...(await whoBlocks()));
        return { polls, blocked };
      };
      const watching = watch();
      const reading = read();
      await loadNodes(db.database, inBatches(dataset(`read-${triggers}`, 1000, 2)), {
        ...options,
        mode: "online",
        triggers,
      });
      isLoading = false;
      const { polls, blocked } = await watching;
      expect(await reading).toBeGreaterThan(queries.length);
      expect(polls).toBeGreaterThan(10);
      expect(blocked).toEqual([]);
    },
  );

  test.each(["disable", "replica"] as const)(
    "online (%s): at the commit, with every lock it took, readers read and see the old state",
    async (triggers) => {
      // Deferred, it fires at the commit. Locks are kept until then, so that one look sees all that were taken.
      await db.rows(`create constraint trigger gate after insert on nodes_closure deferrable initially deferred
        for each row execute function wait_at_gate()`);
      await db.rows("alter table nodes_closure enable always trigger gate");
      const before = await readAll();
      const name = `commit-${triggers}`;
      const { loading, pid } = await loadToGate(dataset(name, 20, 2), { mode: "online", triggers });
      expect(await readAll()).toEqual(before);
      const locks = await locksOf(pid);
      expect(locks.get("nodes")).toContain("ShareRowExclusiveLock");
      expect(locks.get("nodes_closure")).toContain("RowExclusiveLock");
      expect([...locks.values()].flat()).not.toContain("AccessExclusiveLock");
      await gate.query("select pg_advisory_unlock(4711)");
      await loading;
      expect(await db.value("select count(*)::int from nodes where key = $1", [name])).toBe(1);
    },
  );

  test("offline: no lock while the source is read, all of them from the merge on", async () => {
    // At the end of the statement that writes the closure: a pending trigger would forbid what is altered after it.
    await db.rows(`create trigger gate after insert on nodes_closure
      for each statement execute function wait_at_gate()`);
    await db.rows("alter table nodes_closure enable always trigger gate");
    const before = await readAll();
    const nodes = dataset("whole", 30, 2);
    const whileReading: unknown[] = [];
    async function* source() {
      yield nodes.slice(0, 50);
      whileReading.push(await readAll(), [...(await locksOf(await loaderPid())).keys()]);
      yield nodes.slice(50);
    }
    const { loading, pid } = await loadToGate(source(), { mode: "offline" });
    // A lock of ACCESS SHARE lets everybody go on.
    expect(whileReading).toEqual([before, []]);
    const locks = await locksOf(pid);
    const exclusive = loadedTables.filter((name) => locks.get(name)?.includes("AccessExclusiveLock"));
    expect(exclusive).toEqual(loadedTables);
    await reader.query("set lock_timeout = '100ms'");
    expect(await reader.query(queries[0] ?? "").catch(errorCode)).toBe("55P03");
    await reader.query("set lock_timeout = '2s'");
    await gate.query("select pg_advisory_unlock(4711)");
    await loading;
    expect(await readAll()).not.toEqual(before);
  });

  async function readAll(): Promise<unknown[]> {
    const results: unknown[] = [];
    for (const query of queries) results.push((await reader.query(query)).rows);
    return results;
  }

  /** Whom the reader waits for, which pg_blocking_pids also tells of queues. */
  function whoBlocks(): Promise<{ blockers: number[] }[]> {
    return db.rows(
      `select pg_blocking_pids($1) as blockers, (select jsonb_agg(l) from pg_locks l where l.pid = $1 and not granted)
       from pg_stat_activity where pid = $1
         and (cardinality(pg_blocking_pids($1)) > 0 or wait_event_type = 'Lock')`,
      [readerPid],
    );
  }

  /** Starts a load and waits until it stands at the closed gate. */
  async function loadToGate(
    nodes: readonly NodeRecord[] | AsyncIterable<readonly NodeRecord[]>,
    more: { mode: "online" | "offline"; triggers?: "disable" | "replica" },
  ): Promise<{ loading: Promise<unknown>; pid: number }> {
    await gate.query("select pg_advisory_lock(4711)");
    const batches = Symbol.asyncIterator in nodes ? nodes : inBatches(nodes);
    const loading = loadNodes(db.database, batches, { ...options, ...more });
    // It fails in its turn, when it is waited for.
    loading.catch(() => undefined);
    const waiting = () =>
      db.value<number | undefined>(
        `select pid from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`,
      );
    await expect.poll(waiting, { timeout: 20_000, interval: 20 }).toBeGreaterThan(0);
    return { loading, pid: (await waiting()) ?? 0 };
  }

  /** The load's backend while it reads: the one that has its staging table. */
  function loaderPid(): Promise<number> {
    return db.value(`select distinct l.pid from pg_locks l join pg_class c on c.oid = l.relation
      where c.relname = 'copycat_stage' and l.mode = 'AccessExclusiveLock'
        and l.database = (select oid from pg_database where datname = current_database())`);
  }

  /** Modes that a backend holds on the catalog's tables and their indexes, by table; ACCESS SHARE is nobody's concern. */
  async function locksOf(pid: number): Promise<Map<string, string[]>> {
    const rows = await db.rows<{ name: string; modes: string[] }>(
      `select coalesce(t.relname, c.relname)::text as name, array_agg(distinct l.mode) as modes
       from pg_locks l
       join pg_class c on c.oid = l.relation
       left join pg_index i on i.indexrelid = c.oid
       left join pg_class t on t.oid = i.indrelid
       where l.pid = $1 and l.granted and c.relnamespace = 'public'::regnamespace and l.mode <> 'AccessShareLock'
       group by 1`,
      [pid],
    );
    return new Map(rows.map(({ name, modes }) => [name, modes]));
  }
});

describe("a reader that is in the middle of a transaction", () => {
  const db = useDatabase();

  test("does not hold up an online load", async () => {
    const reader = await db.database.pool.connect();
    await reader.query("begin isolation level repeatable read");
    for (const query of queries) await reader.query(query);
    // A load that waits for this reader would wait for ever.
    const signal = AbortSignal.timeout(10_000);
    const loading = load(db.database, [container("/new")], { mode: "online", signal });
    const { report, notices } = await loading.finally(async () => {
      await reader.query("commit");
      reader.release();
    });
    expect([report.nodes.inserted, notices]).toEqual([1, []]);
  });
});
