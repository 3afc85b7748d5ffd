// A user's SQLite file, opened so that nothing of it changes, nor anything beside it.

import { constants } from "node:fs";
import { copyFile, mkdtemp, realpath, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "node-sqlite3-wasm";
import { CopycatError, errorMessage } from "../../../errors.ts";
import { SqliteReader } from "./reader.ts";

/** A CommonJS module that compiles 1 MB of WebAssembly: loaded by those who need it. */
const loadSqlite = (): typeof import("node-sqlite3-wasm") =>
  createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

export interface OpenedSqlite {
  database: SqliteReader;
  /** @throws CopycatError UNREADABLE_SOURCE when another program has changed the file since it was opened */
  checkUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/**
 * This build of SQLite locks a file by making the folder `NAME.lock` beside it, and the locks of others mean nothing to it. So
 * it is given another name for the file, in a folder of our own. Where there is a log beside it, rows are missing in
 * the file, and to put them there is to write: then it gets a copy of both.
 *
 * @throws CopycatError UNREADABLE_SOURCE
 */
export async function openSqlite(path: string): Promise<OpenedSqlite> {
  const folder = await mkdtemp(join(tmpdir(), "copycat-sqlite-"));
  const name = join(folder, "results.db");
  let database: Database | undefined;
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    // Its logs lie beside the file itself, not beside a link to it.
    const file = await realpath(path);
    const before = await stateOf(file);
    const logs = ["-wal", "-journal"].filter((suffix) => before.sizes.get(suffix));
    if (logs.length > 0) await copyWhole(file, name, logs);
    else await symlink(file, name);
    database = new (loadSqlite().Database)(name, { readOnly: logs.length === 0, fileMustExist: true });
    // Without it SQLite wants memory shared with other processes for a file in WAL mode, which this build has not.
    database.exec("pragma locking_mode = exclusive; pragma query_only = on");
    database.all("select count(*) from sqlite_master");
    // It has all of it open now, and its lock for good: whoever forgets to close it leaves nothing behind.
    await remove();
    const opened = database;
    return {
      database: new SqliteReader(opened, path),
      checkUnchanged: async () => {
        if (logs.length === 0) await refuseChanged(file, before);
      },
      close: async () => opened.close(),
    };
  } catch (error) {
    database?.close();
    await remove();
    if (error instanceof CopycatError) throw error;
    throw new CopycatError(
      "UNREADABLE_SOURCE",
      `${path} cannot be read as an SQLite file: ${errorMessage(error).replace(/\.$/, "")}.`,
      { cause: error },
    );
  }
}

interface FileState {
  /** Of the file (""), its WAL and its rollback journal; undefined where there is none. */
  sizes: ReadonlyMap<string, number | undefined>;
  text: string;
}

async function stateOf(path: string): Promise<FileState> {
  const suffixes = ["", "-wal", "-journal"];
  const found = await Promise.all(
    suffixes.map((suffix) => stat(path + suffix, { bigint: true }).catch(() => undefined)),
  );
  return {
    sizes: new Map(suffixes.map((suffix, index) => [suffix, sizeOf(found[index]?.size)])),
    text: found.map((one) => `${one?.ino} ${one?.size} ${one?.mtimeNs}`).join(", "),
  };
}

const sizeOf = (size: bigint | undefined): number | undefined =>
  size === undefined ? undefined : Number(size);

/** File and log of one moment: copied again when one of them has changed meanwhile. */
async function copyWhole(path: string, target: string, logs: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const before = await stateOf(path);
    for (const suffix of ["", ...logs]) {
      // Where the file system can, a copy that takes no room.
      await copyFile(path + suffix, target + suffix, constants.COPYFILE_FICLONE);
    }
    if ((await stateOf(path)).text === before.text) return;
    if (attempt === 3) throw changed(path);
  }
}

async function refuseChanged(path: string, before: FileState): Promise<void> {
  if ((await stateOf(path)).text !== before.text) throw changed(path);
}

function changed(path: string): CopycatError {
  return new CopycatError(
    "UNREADABLE_SOURCE",
    `${path} is being written while it is read; read it again when its writer is done.`,
  );
}
