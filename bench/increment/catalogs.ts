// Catalogs of their own on the measured server, gone afterwards.

import pg from "pg";
import { type Database, ensureCatalog, openDatabase } from "../../src/index.ts";
import { type BenchDatabase, type ServerOptions, withBenchDatabase } from "../support/server.ts";

export interface Catalog extends BenchDatabase {
  name: string;
  database: Database;
}

export interface Catalogs {
  /** A new one with nothing in it. */
  make(label: string): Promise<Catalog>;
  /** A new one with all that `original` has; its connections are closed for the time of it. */
  copy(label: string, original: Catalog): Promise<Catalog>;
  drop(catalog: Catalog): Promise<void>;
}

const signals = ["SIGINT", "SIGTERM"] as const;

/** Runs `work` on a server, and drops what it made. */
export async function withCatalogs<Result>(
  options: ServerOptions,
  work: (catalogs: Catalogs, bench: BenchDatabase) => Promise<Result>,
): Promise<Result> {
  let working: Promise<Result> | undefined;
  try {
    return await withBenchDatabase(options, (bench) => {
      working = workAndDrop(bench, work);
      return working;
    });
  } finally {
    // After Ctrl-C the process ends, but not before it has cleared up.
    await working?.catch(() => undefined);
  }
}

async function workAndDrop<Result>(
  bench: BenchDatabase,
  work: (catalogs: Catalogs, bench: BenchDatabase) => Promise<Result>,
): Promise<Result> {
  const made = new Map<string, Catalog>();
  // Not to the benchmark's own database, which goes first when the run is interrupted.
  const administrator = await connect(withDatabaseName(bench.dsn, "postgres"));
  const prefix = new URL(bench.dsn).pathname.slice(1);
  const drop = async ({ name, database }: Catalog): Promise<void> => {
    made.delete(name);
    if (!database.pool.ended) await database.close();
    await administrator.query(`drop database if exists ${name} with (force)`);
  };
  const create = async (label: string, template: string): Promise<Catalog> => {
    const name = `${prefix}_${label}`;
    await administrator.query(`create database ${name} template ${template}`);
    const dsn = withDatabaseName(bench.dsn, name);
    const catalog = { name, dsn, database: await openDatabase({ dsn }), connect: () => connect(dsn) };
    made.set(name, catalog);
    return catalog;
  };
  const make = async (label: string): Promise<Catalog> => {
    const catalog = await create(label, "template1");
    await ensureCatalog(catalog.database);
    return catalog;
  };
  const copy = async (label: string, original: Catalog): Promise<Catalog> => {
    // The server copies only what nobody is connected to.
    await original.database.close();
    const catalog = await create(label, original.name);
    original.database = await openDatabase({ dsn: original.dsn });
    return catalog;
  };
  // Without its database whatever runs ends with an error.
  const interrupt = (): void => {
    for (const name of made.keys()) {
      administrator.query(`drop database if exists ${name} with (force)`).catch(() => undefined);
    }
  };
  for (const signal of signals) process.once(signal, interrupt);
  try {
    return await work({ make, copy, drop }, bench);
  } finally {
    for (const signal of signals) process.removeListener(signal, interrupt);
    for (const catalog of [...made.values()]) await drop(catalog);
    await administrator.end();
  }
}

function withDatabaseName(dsn: string, name: string): string {
  const url = new URL(dsn);
  url.pathname = `/${name}`;
  return url.toString();
}

async function connect(dsn: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: dsn });
  // An interrupted run loses its connections with its database.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
