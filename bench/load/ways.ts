// All ways into a catalog, the fastest first.

import { http } from "./http.ts";
import { insert, insert1000 } from "./insertRows.ts";
import { ours } from "./ours.ts";
import { psqlWay } from "./psql.ts";
import { sqlalchemy } from "./sqlalchemy.ts";
import { sqlite } from "./sqlite.ts";
import type { Way } from "./types.ts";

export const ways: readonly Way[] = [
  ours,
  psqlWay("floor", "psql, tuned by hand", "floor.sql"),
  psqlWay("trigger", "COPY, trigger on", "trigger.sql"),
  psqlWay("literal", "COPY, closure rebuilt (the notes)", "literal.sql"),
  insert1000,
  insert,
  sqlite,
  sqlalchemy,
  http,
];

/** Those that can run here; the others are told, with the reason. */
export async function availableWays(names: readonly string[]): Promise<{ ways: Way[]; missing: string[] }> {
  const available: Way[] = [];
  const missing: string[] = [];
  for (const way of ways.filter(({ name }) => names.includes(name))) {
    const reason = await way.missing();
    if (reason === null) available.push(way);
    else missing.push(`Left out: ${way.label} (${way.name}). ${reason}`);
  }
  return { ways: available, missing };
}
