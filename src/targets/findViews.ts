// A view lies where its dataset does; its name does not say where.

import { listViews, readCatalogState } from "../catalog/index.ts";
import { CopycatError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { atTarget } from "./atTarget.ts";
import type { Place } from "./findPlaces.ts";
import type { OpenedTarget } from "./types.ts";

/**
 * The targets that have a view of a name: one, but where the dataset has been moved and the old view is still there.
 *
 * @param viewSchema where the view lies; default: anywhere
 * @throws CopycatError NOT_FOUND; CONNECTION when none of those that answer has it, and not all do
 */
export async function findViews(
  opened: readonly OpenedTarget[],
  name: string,
  viewSchema?: string,
): Promise<Place[]> {
  const lists = await Promise.all(
    opened.map(async (one) => ({ one, names: await namesAt(one, viewSchema) })),
  );
  const found = lists.filter(({ names }) => names.includes(name));
  if (found.length > 0) return found.map(({ one }) => one as Place);
  const down = opened.filter(({ database }) => database === null);
  const [first] = down;
  if (first !== undefined) {
    const silent = down.map(({ target }) => target.name).join(", ");
    throw new CopycatError(
      "CONNECTION",
      `No target that answers has a view ${name}, and ${silent} cannot be asked. Try again when all are up.`,
      { cause: first.error },
    );
  }
  const known = lists.flatMap(({ names }) => names);
  throw new CopycatError(
    "NOT_FOUND",
    `No target has a view ${name}${didYouMean(name, known)}. \`copycat view list\` shows what there is.`,
  );
}

/** The only one of them. @throws CopycatError as `findViews`; USAGE when several targets have it */
export async function findView(
  opened: readonly OpenedTarget[],
  name: string,
  viewSchema?: string,
): Promise<Place> {
  const [found, another] = await findViews(opened, name, viewSchema);
  if (found !== undefined && another === undefined) return found;
  throw new CopycatError(
    "USAGE",
    `${found?.target.name} and ${another?.target.name} both have a view ${name}. Name the server of the one that is meant.`,
  );
}

async function namesAt({ target, database }: OpenedTarget, viewSchema?: string): Promise<string[]> {
  if (database === null) return [];
  try {
    if ((await readCatalogState(database)).kind !== "ready") return [];
    const views = await listViews(database);
    return views.flatMap(({ name, schema }) =>
      viewSchema === undefined || schema === viewSchema ? [name] : [],
    );
  } catch (error) {
    throw atTarget(target, error);
  }
}
