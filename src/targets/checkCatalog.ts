// A target as one that may hold nothing yet, or what this version cannot read.

import { readCatalogState } from "../catalog/index.ts";
import { CopycatError } from "../errors.ts";
import type { OpenedTarget } from "./types.ts";

/** As it is when its catalog can be read, else with why not; null where there is none yet: no dataset lies there either. */
export async function checkCatalog(one: OpenedTarget): Promise<OpenedTarget | null> {
  if (one.database === null) return one;
  const { target, database } = one;
  try {
    const state = await readCatalogState(database);
    if (state.kind === "absent") return null;
    if (state.kind === "ready") return one;
    return { target, database: null, error: new CopycatError("CATALOG_VERSION", state.reason) };
  } catch (error) {
    return { target, database: null, error };
  }
}
