// The notes' own way: Python, SQLAlchemy, SQLite, a catalog that Tiled itself has made.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { missingPython, run, venvProgram } from "./python.ts";
import { checkSqlite, removeDatabase } from "./sqlite.ts";
import { missingSqlite, openSqlite } from "./sqliteLibrary.ts";
import type { Way } from "./types.ts";

const script = fileURLToPath(new URL("sqlalchemyLoad.py", import.meta.url));

export const sqlalchemy: Way = {
  name: "sqlalchemy",
  label: "SQLite, SQLAlchemy (the notes)",
  maxEntities: 100_000,
  missing: async () => (await missingSqlite()) ?? (await missingPython()),
  load: async ({ files, entities, isThorough }) => {
    const path = join(files.folder, "sqlalchemy.db");
    const ndjson = await files.ndjson(entities);
    await removeDatabase(path);
    try {
      await run(venvProgram("tiled"), ["catalog", "init", `sqlite:///${path}`]);
      const { stdout } = await run(venvProgram("python"), [script, path, ndjson], { maxBuffer: 2 ** 24 });
      const { elapsedMs } = JSON.parse(stdout) as { elapsedMs: number };
      const database = await openSqlite(path);
      checkSqlite(database, entities, isThorough);
      database.close();
      return { entities, elapsedMs };
    } finally {
      await removeDatabase(path);
      await rm(`${path}.lock`, { force: true });
    }
  },
};
