// copycat's store: one update a call, or all in a stream.

import { type Database, openDatabase } from "../../src/database/index.ts";
import { openSimulationStore, type SimulationStore } from "../../src/simulation/index.ts";
import { attributes, dataset, Fold, group } from "./updates.ts";
import type { Way } from "./ways.ts";

export interface OursOptions {
  dsn: string;
  schema: string;
  isStreamed: boolean;
  /** A commit is answered before it is on disk, as SQLite's are under `synchronous = normal`. */
  isAsync: boolean;
}

export async function openOurs({ dsn, schema, isStreamed, isAsync }: OursOptions): Promise<Way> {
  const url = new URL(dsn);
  if (isAsync) url.searchParams.set("options", "-c synchronous_commit=off");
  const database = await openDatabase({ dsn: url.toString() });
  const store = await openSimulationStore(database, { schema });
  return {
    write: async (updates) => {
      if (isStreamed) await store.storeUpdates(updates(), { policy: "error" });
      else for (const update of updates()) await store.storeUpdate(update);
    },
    bytes: () => sizeOf(database, schema),
    state: (timestamp) => readState(store, timestamp),
    sumOverTime: async (attribute) => {
      let sum = 0;
      for await (const { data } of store.readUpdates({ dataset, attributes: [attribute] })) {
        for (const value of (data.get(group)?.get(attribute)?.data ?? []) as Float64Array) sum += value;
      }
      return sum;
    },
    close: () => database.close(),
  };
}

async function readState(store: SimulationStore, timestamp: number): Promise<readonly ArrayLike<number>[]> {
  const base = await store.readBase(dataset, group, timestamp);
  const fold = new Fold();
  const apply = (arrays: ReadonlyMap<string, { data: unknown }>): void => {
    const { id, ...values } = Object.fromEntries(
      [...arrays].map(([name, { data }]) => [name, data as Float64Array]),
    );
    fold.apply(id ?? [], Object.entries(values));
  };
  if (base !== null) apply(base.data);
  const query = { dataset, groups: [group], to: timestamp, ...(base === null ? {} : { after: base }) };
  for await (const { data } of store.readUpdates(query)) apply(data.get(group) ?? new Map());
  return attributes.map((name) => fold.columns.get(name) ?? []);
}

/** Tables, indexes and what is kept beside the rows; snapshots included. */
async function sizeOf(database: Database, schema: string): Promise<number> {
  const { rows } = await database.pool.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(c.oid)) as bytes from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind = 'r'`,
    [schema],
  );
  return Number(rows[0]?.bytes);
}
