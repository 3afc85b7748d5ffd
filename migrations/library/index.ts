// The migrations of a library store, oldest first. Append-only: one that has been released is never edited.

import type { Migration } from "kysely";
import { libraries } from "./0001_libraries.ts";
import { files } from "./0002_files.ts";
import { history } from "./0003_history.ts";
import type { LibraryMigrationOptions } from "./options.ts";

export type { LibraryMigrationOptions } from "./options.ts";

export function libraryMigrations(options: LibraryMigrationOptions): Record<string, Migration> {
  return {
    "0001_libraries": libraries(options),
    "0002_files": files(options),
    "0003_history": history(options),
  };
}
