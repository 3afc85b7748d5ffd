// What a path holds: seen by looking, not by its name.

import { open, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { listFolder } from "./folder/findFolders.ts";
import { isHidden, parseDocumentName, parseUpdateName } from "./folder/names.ts";

export type SimulationFormat = "json" | "sqlite" | "hdf5" | "ndjson";

export interface DetectedFormat {
  format: SimulationFormat;
  /** The file or folder to open: of a folder with SQLite files the newest one of them. */
  path: string;
}

const sqliteMagic = Buffer.from("SQLite format 3\0", "latin1");
const hdf5Magic = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");

/**
 * `sqlite` for such a file, whatever its name, and for a folder that holds a *.db; `hdf5` and `ndjson` for such files; `json`
 * for any other folder, be it empty. A folder without updates of its own whose parent holds a *.db stands for that file: programs
 * that write one leave the folder of updates empty.
 *
 * @throws CopycatError UNREADABLE_SOURCE when there is no such path, or it is a file of another kind
 *
 * @example
 * (await detectSimulationFormat("run_7")).format; // "sqlite"
 */
export async function detectSimulationFormat(path: string): Promise<DetectedFormat> {
  const found = await stat(path).catch((error: unknown) => {
    const reason = errorCode(error) === "ENOENT" ? "it does not exist" : errorMessage(error);
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${path}: ${reason}.`, { cause: error });
  });
  if (found.isFile()) return { format: await formatOfFile(path, found.size), path };
  if (!found.isDirectory()) {
    // To open a pipe may never end.
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${path}: it is neither a file nor a folder.`);
  }
  const names = (await listFolder(path)).map(({ name }) => name).filter((name) => !isHidden(name));
  const own = await newestSqlite(path, names);
  if (own !== null) return { format: "sqlite", path: own };
  if (names.includes("updates") || names.some((name) => parseUpdateName(name) !== null)) {
    return { format: "json", path };
  }
  const parent = dirname(resolve(path));
  const beside = await listFolder(parent).catch(() => []);
  const above = await newestSqlite(
    parent,
    beside.map(({ name }) => name),
  );
  return above === null ? { format: "json", path } : { format: "sqlite", path: above };
}

/** The newest by its time of change; null when none of them is an SQLite file. */
async function newestSqlite(folder: string, names: readonly string[]): Promise<string | null> {
  let newest: { path: string; mtimeMs: number } | null = null;
  for (const name of names) {
    if (!name.endsWith(".db")) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found === null || !found.isFile() || !(await startOf(path)).equals(sqliteMagic)) continue;
    if (newest === null || found.mtimeMs > newest.mtimeMs) newest = { path, mtimeMs: found.mtimeMs };
  }
  return newest?.path ?? null;
}

async function formatOfFile(path: string, size: number): Promise<SimulationFormat> {
  const start = await startOf(path);
  if (start.equals(sqliteMagic)) return "sqlite";
  if (start.subarray(0, hdf5Magic.length).equals(hdf5Magic)) return "hdf5";
  const what = whyNoRecords(path, size);
  if (what === null && (/\.(?:ndjson|jsonl)(?:\.gz|\.zst)?$/.test(path) || start[0] === openBrace))
    return "ndjson";
  throw new CopycatError(
    "UNREADABLE_SOURCE",
    `${path} ${what ?? "is no simulation"}: expected a folder of JSON files, an SQLite file, an exported HDF5 file, or an update a line (.ndjson).`,
  );
}

const openBrace = 0x7b;

/** What a file that may have JSON in it is instead of a file of records. */
function whyNoRecords(path: string, size: number): string | null {
  if (size === 0) return "is empty";
  if (parseUpdateName(basename(path)) !== null) return "is a single update; name the folder it is in";
  return parseDocumentName(basename(path)) === null ? null : "is a single document";
}

async function startOf(path: string): Promise<Buffer> {
  let file: Awaited<ReturnType<typeof open>> | undefined;
  try {
    file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sqliteMagic.length), 0, sqliteMagic.length, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${path}: ${errorMessage(error)}.`, {
      cause: error,
    });
  } finally {
    await file?.close();
  }
}
