// What the engine itself keeps in a database. Append-only: one that has been released is never edited.

import type { Migration } from "kysely";
import { up as bulkLoad } from "./0001_bulk_load.ts";
import { up as promotedKeys } from "./0002_promoted_keys.ts";
import { up as runs } from "./0003_runs.ts";
import { up as service } from "./0004_service.ts";

export const engineMigrations: Record<string, Migration> = {
  "0001_bulk_load": { up: bulkLoad },
  "0002_promoted_keys": { up: promotedKeys },
  "0003_runs": { up: runs },
  "0004_service": { up: service },
};
