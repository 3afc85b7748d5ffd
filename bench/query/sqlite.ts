// The notes' catalog: the same rows in Tiled's tables for SQLite, asked in SQL with json_extract, which no index serves.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type Database from "better-sqlite3";
import { makeNodeBatches } from "../load/nodes.ts";
import { fillSqlite } from "../load/sqlite.ts";
import { openSqlite } from "../load/sqliteLibrary.ts";
import {
  type Answer,
  type Ask,
  datasetKey,
  keysLimit,
  pageLimit,
  sortValues,
  type Wanted,
  type Way,
} from "./types.ts";

/** Fills a file of its own, which `close` removes. */
export async function makeSqlite(entities: number, keys: readonly string[]): Promise<Way> {
  const folder = await mkdtemp(join(tmpdir(), "copycat-bench-query-"));
  const database = await openSqlite(join(folder, "catalog.db"));
  await fillSqlite(database, makeNodeBatches(entities));
  const dataset = findId(database, 0, datasetKey);
  return {
    name: "sqlite",
    label: "SQLite, json_extract (the notes)",
    answer: async (ask) => {
      const answer = answerAsk({ database, dataset, keys }, ask);
      // better-sqlite3 blocks: timers and sockets of the other ways get their turn.
      await nextTurn();
      return { answer };
    },
    close: async () => {
      database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Searched {
  database: Database.Database;
  dataset: number;
  keys: readonly string[];
}

interface Found {
  key: string;
  metadata: string;
}

function findId(database: Database.Database, parent: number, key: string): number {
  const find = database.prepare<[number, string], number>(
    "select id from nodes where parent = ? and key = ?",
  );
  const id = find.pluck().get(parent, key);
  if (id === undefined) throw new Error(`SQLite has no node ${key}.`);
  return id;
}

function answerAsk({ database, dataset, keys }: Searched, ask: Ask): Answer {
  switch (ask.kind) {
    case "count":
      return filtered(database, { values: [dataset], wanted: "count" });
    case "keys": {
      const after = findId(database, dataset, keys[ask.after] ?? "");
      return database
        .prepare<unknown[], string>("select key from nodes where parent = ? and id > ? order by id limit ?")
        .pluck()
        .all(dataset, after, keysLimit);
    }
    case "metadata": {
      const find = database.prepare<unknown[], string>(
        "select metadata from nodes where parent = ? and key = ?",
      );
      const metadata = find.pluck().get(dataset, keys[ask.entity]);
      return JSON.parse(metadata ?? "{}") as Record<string, unknown>;
    }
    case "artifacts": {
      const entity = findId(database, dataset, keys[ask.entity] ?? "");
      return filtered(database, { values: [entity], wanted: "page" });
    }
    case "range": {
      const condition = "json_extract(metadata, ?) > ?";
      return filtered(database, {
        condition,
        values: [dataset, pathOf(ask.key), ask.above],
        wanted: ask.wanted,
      });
    }
    case "between": {
      const condition = "json_extract(metadata, ?) between ? and ?";
      const values = [dataset, pathOf(ask.key), ask.low, ask.high];
      return filtered(database, { condition, values, wanted: "page" });
    }
    case "equality": {
      const condition = "json_extract(metadata, ?) = ?";
      return filtered(database, { condition, values: [dataset, pathOf(ask.key), ask.value], wanted: "page" });
    }
    case "text": {
      const condition = "id in (select rowid from metadata_fts5 where metadata_fts5 match ?)";
      return filtered(database, { condition, values: [dataset, ask.words.join(" ")], wanted: ask.wanted });
    }
    case "distinct": {
      const found = database
        .prepare<unknown[], [unknown, number]>(
          "select json_extract(metadata, ?), count(*) from nodes where parent = ? group by 1",
        )
        .raw()
        .all(pathOf(ask.key), dataset);
      return sortValues(found);
    }
    case "sort": {
      const order = `json_extract(metadata, ?) ${ask.descending ? "desc" : "asc"}, id`;
      const text = `select key, metadata from nodes where parent = ? order by ${order} limit ?`;
      return keysOf(database.prepare<unknown[], Found>(text).all(dataset, pathOf(ask.key), pageLimit));
    }
  }
}

interface Filter {
  condition?: string;
  values: readonly unknown[];
  wanted: Wanted;
}

function filtered(database: Database.Database, { condition = "true", values, wanted }: Filter): Answer {
  const where = `from nodes where parent = ? and ${condition}`;
  if (wanted === "count") {
    return (
      database
        .prepare<unknown[], number>(`select count(*) ${where}`)
        .pluck()
        .get(...values) ?? 0
    );
  }
  const text = `select key, metadata ${where} order by id limit ?`;
  return keysOf(database.prepare<unknown[], Found>(text).all(...values, pageLimit));
}

/** The other ways give the metadata as an object, too. */
function keysOf(rows: readonly Found[]): string[] {
  return rows.map(({ key, metadata }) => {
    JSON.parse(metadata);
    return key;
  });
}

function pathOf(key: string): string {
  return `$."${key}"`;
}
