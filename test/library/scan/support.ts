// A library over a folder of its own, for tests of scans.

import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openLibrary } from "../../../src/library/store/index.ts";
import type { TestDatabase } from "../../support/database.ts";
import type { TestFolder } from "../../support/files.ts";

export interface TestLibrary {
  library: Awaited<ReturnType<typeof openLibrary>>;
  root: string;
  /** Writes a file below the root, some milliseconds older than it is. */
  write(path: string, content: Buffer | string): string;
  path(name: string): string;
  /** path -> id of all rows. */
  ids(): Promise<Record<string, number>>;
  /** path -> "active", "inactive" or "missing". */
  states(): Promise<Record<string, string>>;
}

let last = 0;

export async function makeTestLibrary(database: TestDatabase, folder: TestFolder): Promise<TestLibrary> {
  const name = `library${++last}`;
  const root = folder.folder(name);
  const library = await openLibrary(database.database, { library: name, root });
  const rows = async () => {
    const all = [];
    for await (const row of library.listKnown()) all.push(row);
    return all;
  };
  return {
    library,
    root,
    path: (path) => join(root, path),
    write: (path, content) => writeOld(join(root, path), content),
    ids: async () => Object.fromEntries((await rows()).map(({ path, id }) => [path, id])),
    states: async () =>
      Object.fromEntries(
        (await rows()).map(({ path, state, isActive }) => [
          path,
          state === "missing" ? (isActive ? "missing but active" : state) : isActive ? "active" : "inactive",
        ]),
      ),
  };
}

/** A file is not known by its time when it is read within the tick of the clock in which it was written. */
function writeOld(path: string, content: Buffer | string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const seconds = (performance.timeOrigin + performance.now() - 50) / 1000;
  utimesSync(path, seconds, seconds);
  return path;
}

/** The counts that are not zero. */
export function countsOf(report: object): Record<string, number> {
  const counts = Object.entries(report).filter(([name, count]) => name !== "elapsedMs" && count !== 0);
  return Object.fromEntries(counts);
}
