// Who works beside whom: each of these runs to its end, or holds what it has until it is let go.

import { setTimeout as sleep } from "node:timers/promises";
import {
  addPromotedKey,
  countNodes,
  dropPromotedKey,
  loadNodes,
  type NodeRecord,
  verifyCatalog,
} from "../../src/catalog/index.ts";
import { type Database, migrateUp } from "../../src/database/index.ts";
import { watchDataset } from "../../src/ingest/index.ts";
import { scanFolder } from "../../src/library/index.ts";
import { openLibrary } from "../../src/library/store/index.ts";
import { loadMemoryFile } from "../../src/memory/index.ts";
import { openSimulationStore } from "../../src/simulation/index.ts";
import { content, describeFiles } from "../ingest/watch/support.ts";
import { updateAt } from "../simulation/store/writerChild.ts";
import type { TestFolder } from "../support/files.ts";
import { dataset } from "../support/nodes.ts";
import { register } from "../support/tiledWriter.ts";

export interface Work {
  database: Database;
  dsn: string;
  folder: TestFolder;
  /** A name that nothing else has. */
  name: string;
  notices: string[];
  /** Called once what there is to hold is held; resolves when it is to be let go. */
  hold: () => Promise<void>;
  /** Nodes that are in when it has ended. */
  adds: (nodes: number) => void;
}

export interface Actor {
  name: string;
  run(work: Work): Promise<unknown>;
}

async function load(
  work: Work,
  nodes: readonly NodeRecord[],
  mode: "online" | "offline",
  whileReading = false,
): Promise<void> {
  const batches = async function* (): AsyncGenerator<readonly NodeRecord[]> {
    yield nodes.slice(0, 3);
    if (whileReading) await work.hold();
    yield nodes.slice(3);
  };
  const report = await loadNodes(work.database, batches(), {
    policy: "skip",
    mode,
    dryRun: false,
    onReject: (reject) => Promise.reject(new Error(reject.message)),
    onNotice: (notice) => void work.notices.push(notice),
    beforeCommit: () => (whileReading ? Promise.resolve() : work.hold()),
  });
  work.adds(report.nodes.inserted);
}

/** What pg_dump does (src/bin/pg_dump/pg_dump.c): one view of all, a shared lock on each table, and all rows out. */
async function dump({ database, hold }: Work): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    const { rows } = await client.query<{ name: string }>(
      "select c.oid::regclass::text as name from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace",
    );
    await client.query(`lock table ${rows.map(({ name }) => name).join(", ")} in access share mode`);
    await hold();
    for (const { name } of rows) await client.query(`select count(t.*) from ${name} t`);
    await client.query("commit");
  } finally {
    client.release();
  }
}

async function addAndDrop({ database, notices }: Work): Promise<void> {
  const onNotice = (notice: string): void => void notices.push(notice);
  const key = ["title"];
  await addPromotedKey(database, key, { onNotice });
  await dropPromotedKey(database, key, { onNotice });
}

/** An index that is built beside others waits for whoever looks at the database since before it began. */
async function buildSlowly({ database, hold }: Work): Promise<void> {
  const older = await database.pool.connect();
  await older.query("begin isolation level repeatable read");
  await older.query("select count(*) from pg_class");
  let isOver = false;
  const building = addPromotedKey(database, ["index"]).finally(() => {
    isOver = true;
  });
  const phase = "select 1 from pg_stat_progress_create_index where phase like 'waiting for old%'";
  while (!isOver && (await database.pool.query(phase)).rowCount === 0) await sleep(10);
  if (!isOver) await hold();
  await older.query("commit");
  older.release();
  await building;
  await dropPromotedKey(database, ["index"]);
}

async function registerOne({ database, name, hold, adds }: Work): Promise<void> {
  const client = await database.pool.connect();
  try {
    const { rows } = await client.query<{ id: number }>("select id from nodes where key = 'base'");
    await register(client, rows[0]?.id ?? 0, name, hold);
    adds(1);
  } finally {
    client.release();
  }
}

async function watchOnce({ database, dsn, folder, name, adds, notices }: Work): Promise<void> {
  await folder.hdf5(`${name}/a.h5`, content(1));
  const input = folder.text(`${name}/d.yaml`, describeFiles(name));
  const log = { notice: (notice: string) => void notices.push(notice) };
  await watchDataset(dsn, { inputs: [input], once: true, settleMs: 0, log, ingest: { workers: 1 } });
  const { rows } = await database.pool.query<{ nodes: number }>(
    `select count(*)::int as nodes from nodes_closure c join nodes n on n.id = c.ancestor where n.parent = 0 and n.key = $1`,
    [name.toUpperCase()],
  );
  adds(rows[0]?.nodes ?? 0);
}

async function scan({ database, folder, notices }: Work): Promise<void> {
  const log = { notice: (notice: string) => void notices.push(notice) };
  await scanFolder(database, { folder: folder.folder("music"), kind: "any", allowEmpty: true, log });
}

async function holdScanLock({ database, folder, hold }: Work): Promise<void> {
  const library = await openLibrary(database, { root: folder.folder("music") });
  await library.withScanLock(hold);
}

async function simulate({ database, hold }: Work): Promise<void> {
  const store = await openSimulationStore(database, { scenario: "run" });
  const updates = async function* () {
    yield updateAt(0);
    await hold();
    yield updateAt(1);
  };
  await store.storeUpdates(updates(), { policy: "skip" });
}

async function remember({ database, folder, name }: Work): Promise<void> {
  const input = folder.text(`${name}.jsonl`, `${JSON.stringify({ key: name, value: "x" })}\n`);
  await loadMemoryFile(database, { input, kind: "entries", dimensions: 4 });
}

const online: Actor = { name: "ingest online", run: (work) => load(work, dataset(work.name, 3), "online") };
const offline: Actor = {
  name: "ingest offline",
  run: (work) => load(work, dataset(work.name, 3), "offline"),
};
const same: Actor = {
  name: "ingest of the same data set",
  run: (work) => load(work, dataset("same", 4), "online"),
};
const tiled: Actor = { name: "Tiled registers", run: registerOne };
const backup: Actor = { name: "pg_dump", run: dump };
const simulation: Actor = { name: "simulation load", run: simulate };

/** What holds on. */
export const holders: readonly Actor[] = [
  { name: "ingest, reading files", run: (work) => load(work, dataset(work.name, 3), "online", true) },
  { ...online, name: "ingest online, merging" },
  { ...offline, name: "ingest offline, merging" },
  { name: "ingest of the same data set", run: same.run },
  { ...tiled, name: "Tiled, before its commit" },
  backup,
  { name: "index add", run: buildSlowly },
  { name: "library scan", run: holdScanLock },
  simulation,
];

/** What begins meanwhile. */
export const newcomers: readonly Actor[] = [
  online,
  offline,
  same,
  tiled,
  { name: "watch", run: watchOnce },
  { name: "index add, drop", run: addAndDrop },
  backup,
  { name: "migrate up", run: ({ database }) => migrateUp(database) },
  { name: "search", run: ({ database }) => countNodes(database, {}) },
  { name: "verify", run: ({ database }) => verifyCatalog(database) },
  { name: "library scan", run: scan },
  simulation,
  { name: "memory load", run: remember },
];
