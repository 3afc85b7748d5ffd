// A dataset that the file sends to a target where it is not, while another one has it: a load would make a second one.

import { catalogNames, readCatalogState } from "../catalog/index.ts";
import type { ConnectOptions, Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { atTarget } from "./atTarget.ts";
import { closeTargets, openTargets } from "./openTargets.ts";
import type { OpenedTarget, Target, Targets } from "./types.ts";

export interface ElsewhereOptions {
  connect?: Omit<ConnectOptions, "dsn">;
  /** Told which targets could not be asked. */
  onNotice?: (message: string) => void;
}

/**
 * Looks for datasets that a target is to get and does not have yet. The other targets are opened only where there are such.
 *
 * @param keys of the datasets
 * @returns by key, why it must not be loaded there: CopycatError CONFLICT
 */
export async function findElsewhere(
  targets: Targets,
  own: { target: Target; database: Database },
  keys: readonly string[],
  { connect, onNotice }: ElsewhereOptions,
): Promise<Map<string, CopycatError>> {
  const list = targets.list.filter(({ name }) => name !== own.target.name);
  const wanted = list.length === 0 ? [] : await listNew(own.database, keys);
  if (wanted.length === 0) return new Map();
  const others = await openTargets({ ...targets, list }, connect);
  try {
    return await findAt(others, wanted, { targets, own: own.target, ...(onNotice && { onNotice }) });
  } finally {
    await closeTargets(others);
  }
}

/** Those that a target does not have. */
export async function listNew(database: Database, keys: readonly string[]): Promise<string[]> {
  const here = new Set(await listHeld(database, keys));
  return [...new Set(keys)].filter((key) => !here.has(key));
}

/** As `findElsewhere`, of keys that are new at their target, at others that are open. */
export async function findAt(
  others: readonly OpenedTarget[],
  keys: readonly string[],
  { targets, own, onNotice }: { targets: Targets; own: Target; onNotice?: (message: string) => void },
): Promise<Map<string, CopycatError>> {
  const found = new Map<string, CopycatError>();
  for (const { target, database } of others) {
    const held = database === null ? null : await listHeld(database, keys).catch(asAway(target));
    if (held === null) {
      onNotice?.(`${target.name} does not answer, so that what is new here may be there is not known.`);
    }
    for (const key of held ?? []) found.set(key, isElsewhere(key, own, { targets, holder: target }));
  }
  return found;
}

/** Null for one that has just gone; a refusal has the name of its target. */
function asAway(target: Target): (error: unknown) => null {
  return (thrown) => {
    const error = atTarget(target, thrown);
    if (error instanceof CopycatError && error.code === "CONNECTION") return null;
    throw error;
  };
}

async function listHeld(database: Database, keys: readonly string[]): Promise<string[]> {
  if ((await readCatalogState(database)).kind !== "ready") return [];
  const { nodes } = catalogNames(database.catalogSchema);
  const { rows } = await database.pool.query<{ key: string }>(
    `select key from ${nodes} where parent = 0 and key = any($1::text[])`,
    [keys],
  );
  return rows.map(({ key }) => key);
}

function isElsewhere(
  key: string,
  { name }: Target,
  { targets, holder }: { targets: Targets; holder: Target },
): CopycatError {
  return new CopycatError(
    "CONFLICT",
    `${targets.path} sends ${key} to ${name}, and it is at ${holder.name}: a second one would be made. Move it with ` +
      `\`copycat targets move ${key}\`, or name it at ${holder.name} again.`,
  );
}
