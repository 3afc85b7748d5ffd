// The note's index in SQLite, through better-sqlite3: its table with all its indexes, its pragmas, its three ways.

import type Database from "better-sqlite3";
import type { LibraryFile } from "../../src/library/index.ts";
import { openSqlite } from "../load/sqliteLibrary.ts";
import type { Way } from "./ways.ts";

const schema = `
  create table if not exists library_index (id integer primary key autoincrement, file_path text unique not null, filename text not null,
    artist text, title text, album text, year integer, duration real, file_format text not null, file_size integer not null,
    metadata_hash text not null, file_content_hash text not null, indexed_at text not null, file_mtime text not null,
    last_verified text, is_active integer default 1);
  create index if not exists idx_metadata_hash on library_index (metadata_hash);
  create index if not exists idx_content_hash on library_index (file_content_hash);
  create index if not exists idx_is_active on library_index (is_active);
  create index if not exists idx_format on library_index (file_format);
  create index if not exists idx_active_metadata_hash on library_index (is_active, metadata_hash);
  create index if not exists idx_active_content_hash on library_index (is_active, file_content_hash);
  create index if not exists idx_active_format on library_index (is_active, file_format);
  create index if not exists idx_artist_title on library_index (artist, title);
  create index if not exists idx_artist_album on library_index (artist, album);
  create index if not exists idx_active_artist on library_index (is_active, artist);
  create index if not exists idx_active_album on library_index (is_active, album)`;

const columns = (
  "file_path filename artist title album year duration file_format file_size metadata_hash file_content_hash " +
  "indexed_at file_mtime last_verified is_active"
).split(" ");

const insertSql = `insert into library_index (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`;
const updateSql = `update library_index set ${columns.map((name) => `${name} = ?`).join(", ")} where id = ?`;
const byPathSql = "select * from library_index where file_path = ?";
const byHashSql = "select * from library_index where metadata_hash = ? and is_active = 1";

/** The note's batches of lookups. */
const lookupSize = 500;

const indexedAt = "2025-11-22T10:00:00+00:00";

function valuesOf(file: LibraryFile): (string | number | null)[] {
  const { path, filename, artist, title, album, year, duration, format, size } = file;
  const mtime = new Date(Number((file.mtimeNs ?? 0n) / 1_000_000n)).toISOString();
  const facts = [file.metadataHash, file.contentHash ?? "HASH_FAILED", indexedAt, mtime, null, 1];
  return [path, filename, artist, title, album, year, duration, format, size, ...facts];
}

async function connect(path: string): Promise<Database.Database> {
  const db = await openSqlite(path);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = NORMAL");
  db.pragma("cache_size = 10000");
  db.pragma("temp_store = MEMORY");
  return db;
}

/** How the functions get at a connection, and whether they take rows one by one. */
type Access = <Result>(work: (db: Database.Database) => Result) => Promise<Result>;

export async function openSqliteWay(path: string, kind: "reopen" | "kept" | "batch"): Promise<Way> {
  const first = await connect(path);
  first.exec(schema);
  // The last connection that closes writes the log into the file: that is the old approach's, so no other stays open.
  if (kind === "reopen") first.close();
  const each: Access = async (work) => {
    const db = kind === "reopen" ? await connect(path) : first;
    try {
      return work(db);
    } finally {
      if (db !== first) db.close();
    }
  };
  const way = kind === "batch" ? batches(first) : singles(each);
  return {
    ...way,
    prepareUpdate: async (files) => {
      const ids = await each((db) => {
        const find = db.prepare("select id from library_index where file_path = ?").pluck();
        return files.map(({ path: own }) => find.get(own) as number);
      });
      return () => way.update(files, ids);
    },
    titles: () => each((db) => db.prepare("select title from library_index").pluck().all() as string[]),
    close: async () => {
      if (first.open) first.close();
    },
  };
}

interface SqliteWay extends Pick<Way, "insert" | "findByPath" | "findByHash"> {
  update(files: readonly LibraryFile[], ids: readonly number[]): Promise<void>;
}

/** A statement outside a transaction is one of its own. */
function singles(each: Access): SqliteWay {
  const count = async (sql: string, keys: readonly string[]): Promise<number> => {
    let found = 0;
    for (const key of keys) found += (await each((db) => db.prepare(sql).all(key))).length;
    return found;
  };
  return {
    insert: async (files) => {
      for (const file of files) await each((db) => db.prepare(insertSql).run(...valuesOf(file)));
    },
    update: async (files, ids) => {
      for (const [index, file] of files.entries()) {
        await each((db) => db.prepare(updateSql).run(...valuesOf(file), ids[index]));
      }
    },
    findByPath: (paths) => count(byPathSql, paths),
    findByHash: (hashes) => count(byHashSql, hashes),
  };
}

function batches(db: Database.Database): SqliteWay {
  const count = async (column: string, keys: readonly string[]): Promise<number> => {
    let found = 0;
    for (let start = 0; start < keys.length; start += lookupSize) {
      const batch = keys.slice(start, start + lookupSize);
      const list = batch.map(() => "?").join(", ");
      const active = column === "metadata_hash" ? " and is_active = 1" : "";
      const rows = db
        .prepare(`select * from library_index where ${column} in (${list})${active}`)
        .all(...batch);
      found += rows.length;
    }
    return found;
  };
  return {
    insert: async (files) => {
      const insert = db.prepare(insertSql);
      db.transaction(() => {
        for (const file of files) insert.run(...valuesOf(file));
      })();
    },
    update: async (files, ids) => {
      const update = db.prepare(updateSql);
      db.transaction(() => {
        for (const [index, file] of files.entries()) update.run(...valuesOf(file), ids[index]);
      })();
    },
    findByPath: (paths) => count("file_path", paths),
    findByHash: (hashes) => count("metadata_hash", hashes),
  };
}
