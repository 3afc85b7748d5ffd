// The tables of an SQLite file: whether they are those of a simulation, and which of them there are.

import { CopycatError } from "../../../errors.ts";
import type { SqliteReader } from "./reader.ts";

/** Every file has these; others came later. */
const needed = ["update", "update_attribute", "attribute_data", "numpy_array"];

export interface SqliteSchema {
  hasInitial: boolean;
  hasInitialAttributes: boolean;
}

/** @throws CopycatError UNREADABLE_SOURCE when the file is of something else, or of a version that is not known */
export function checkSchema(database: SqliteReader, path: string): SqliteSchema {
  const tables = new Set(
    database.all("select name from sqlite_master where type in ('table', 'view')").map(({ name }) => name),
  );
  const missing = needed.filter((table) => !tables.has(table));
  if (missing.length > 0) {
    const what = tables.size === 0 ? "has no tables" : `has no table ${missing.join(", ")}`;
    throw new CopycatError(
      "UNREADABLE_SOURCE",
      `${path} is an SQLite file, but none of a simulation: it ${what}.`,
    );
  }
  const versions = tables.has("metadata") ? database.all("select version from metadata") : [];
  const unknown = versions.find(({ version }) => version !== "v1");
  if (unknown !== undefined) {
    throw new CopycatError(
      "UNREADABLE_SOURCE",
      `${path} is of the version ${JSON.stringify(unknown.version)}; this program reads v1.`,
    );
  }
  return {
    hasInitial: tables.has("initial_dataset"),
    hasInitialAttributes: tables.has("initial_dataset_attribute"),
  };
}
