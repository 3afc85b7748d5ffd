// One Tiled server for all targets, each under its name.

import { join } from "node:path";
import {
  joinTiledTrees,
  makeTiledTree,
  requireCatalog,
  type TiledConfig,
  type TiledConfigOptions,
} from "../catalog/index.ts";
import { quoteIdentifier } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { atTarget } from "./atTarget.ts";
import type { OpenedTarget } from "./types.ts";

/** Tiled names no schema, and its connection string takes none. */
function explainSchema(schema: string): string {
  const quoted = quoteIdentifier(schema);
  return `Tiled finds the schema ${schema} by its role: alter role TILEDS_ROLE set search_path = ${quoted}, public.`;
}

/**
 * The configuration with which one stock Tiled serves the catalogs of all targets: that of `east` at `/east`. With
 * `writable`, clients write to a folder of the target's name below it, since catalogs may have the same keys.
 *
 * @throws CopycatError CONNECTION when one is down: without it, a server would lose what it serves now; USAGE for an API key
 * that Tiled would refuse
 */
export async function makeTargetsConfig(
  opened: readonly OpenedTarget[],
  { readable = [], writable = [], ...options }: Omit<TiledConfigOptions, "dsn">,
): Promise<TiledConfig> {
  const made = await Promise.all(
    opened.map(async ({ target, database, error }) => {
      if (database === null) throw atTarget(target, error);
      try {
        await requireCatalog(database);
        const { name, dsn, schema } = target;
        const folders = { readable, writable: writable.map((folder) => join(folder, name)) };
        const { tree, notices } = await makeTiledTree(database, `/${name}`, { ...options, ...folders, dsn });
        const all = schema === undefined ? notices : [...notices, explainSchema(schema)];
        return { tree, notices: all.map((notice) => `${name}: ${notice}`) };
      } catch (thrown) {
        throw atTarget(target, thrown);
      }
    }),
  );
  const [first, ...others] = made.map(({ tree }) => tree);
  if (first === undefined) throw new CopycatError("USAGE", "There is no target to serve. Name at least one.");
  return { ...joinTiledTrees([first, ...others], options), notices: made.flatMap(({ notices }) => notices) };
}
