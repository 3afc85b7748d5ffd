// Connections to all targets, those that are down left out.

import { type ConnectOptions, openDatabase } from "../database/index.ts";
import { refuseSame } from "./refuseSame.ts";
import type { OpenedTarget, Target, Targets } from "./types.ts";

/** What a connection to it needs. */
export function placeOf({ dsn, schema }: Target): Pick<ConnectOptions, "dsn" | "catalogSchema"> {
  return { dsn, ...(schema === undefined ? {} : { catalogSchema: schema }) };
}

/**
 * Opens all at once. One that does not answer is told with why, and the others are of use.
 *
 * @throws CopycatError USAGE when two are the same catalog
 */
export async function openTargets(
  { list }: Targets,
  options: Omit<ConnectOptions, "dsn"> = {},
): Promise<OpenedTarget[]> {
  const opened = await Promise.all(
    list.map(async (target): Promise<OpenedTarget> => {
      try {
        return { target, database: await openDatabase({ ...options, ...placeOf(target) }), error: null };
      } catch (error) {
        return { target, database: null, error };
      }
    }),
  );
  try {
    await refuseSame(opened);
  } catch (error) {
    await closeTargets(opened);
    throw error;
  }
  return opened;
}

export async function closeTargets(opened: readonly OpenedTarget[]): Promise<void> {
  await Promise.all(opened.map(({ database }) => database?.close()));
}
