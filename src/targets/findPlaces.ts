// Where a dataset lies, whatever the file says.

import { catalogNames, findDataset, readCatalogState } from "../catalog/index.ts";
import type { Database } from "../database/index.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { atTarget } from "./atTarget.ts";
import type { OpenedTarget } from "./types.ts";

/** A target that answers. */
export type Place = Extract<OpenedTarget, { error: null }>;

export interface Places {
  /** Where it is to be. */
  destination: Place;
  /** Whether it is there. */
  isThere: boolean;
  /** The other target that has it. */
  source: Place | null;
}

/**
 * @param to name of the target where it is to be
 * @throws CopycatError USAGE when there is no such target, or it is the same database as where the dataset is; CONNECTION
 * when it does not answer; NOT_FOUND when nobody has the dataset; CONFLICT when several others have
 */
export async function findPlaces(
  opened: readonly OpenedTarget[],
  dataset: string,
  to: string,
): Promise<Places> {
  const destination = getDestination(opened, to);
  const holders = await findHolders(opened, dataset);
  const others = holders.filter(({ target }) => target.name !== to);
  const [source = null] = others;
  if (others.length > 1) {
    const names = others.map(({ target }) => target.name).join(" and ");
    throw new CopycatError(
      "CONFLICT",
      `${dataset} is at ${names}, so it cannot be told which is to be moved. Delete it at all but one of them. Nothing was changed.`,
    );
  }
  if (holders.length === 0) throw await explainNowhere(opened, dataset);
  if (source !== null) await refuseSame(source, destination);
  return { destination, isThere: holders.includes(destination), source };
}

/** Those of the targets that answer which have the dataset, whatever the file says. */
export async function findHolders(opened: readonly OpenedTarget[], dataset: string): Promise<Place[]> {
  const found = await Promise.all(
    opened.filter(isOpen).map(async (place) => {
      try {
        return (await holds(place.database, dataset)) ? [place] : [];
      } catch (error) {
        throw atTarget(place.target, error);
      }
    }),
  );
  return found.flat();
}

const isOpen = (one: OpenedTarget): one is Place => one.database !== null;

function getDestination(opened: readonly OpenedTarget[], to: string): Place {
  const found = opened.find(({ target }) => target.name === to);
  if (found === undefined) {
    const names = opened.map(({ target }) => target.name);
    throw new CopycatError(
      "USAGE",
      `There is no target ${to}${didYouMean(to, names)}. The file names ${names.join(", ")}.`,
    );
  }
  if (found.database !== null) return found;
  throw new CopycatError(
    "CONNECTION",
    `${to} does not answer: ${errorMessage(found.error)} Nothing was changed.`,
    {
      cause: found.error,
    },
  );
}

async function holds(database: Database, dataset: string): Promise<boolean> {
  const state = await readCatalogState(database);
  if (state.kind !== "ready") return false;
  return (await findDataset(database.pool, catalogNames(database.catalogSchema), dataset)) !== null;
}

/** What to throw when none of those that answer has it. */
export async function explainNowhere(
  opened: readonly OpenedTarget[],
  dataset: string,
): Promise<CopycatError> {
  const places = opened.filter(isOpen);
  const silent = opened.flatMap(({ target, database }) => (database === null ? target.name : []));
  const keys: string[] = [];
  for (const { database } of places) keys.push(...(await listKeys(database)));
  if (places.length === 0) {
    const details = opened.map(({ target, error }) => `${target.name}: ${errorMessage(error)}`);
    return new CopycatError("CONNECTION", "None of the targets answers. Are their servers running?", {
      details,
    });
  }
  const text = `There is no dataset ${dataset} at ${places.map(({ target }) => target.name).join(", ")}`;
  if (silent.length > 0) {
    return new CopycatError(
      "CONNECTION",
      `${text}, and ${silent.join(", ")} did not answer. Try again when all do.`,
    );
  }
  return new CopycatError(
    "NOT_FOUND",
    `${text}${didYouMean(dataset, keys)}. \`copycat targets list\` shows what is where.`,
  );
}

async function listKeys(database: Database): Promise<string[]> {
  if ((await readCatalogState(database)).kind !== "ready") return [];
  const { nodes } = catalogNames(database.catalogSchema);
  const { rows } = await database.pool.query<{ key: string }>(
    `select key from ${nodes} where parent = 0 order by id limit 1000`,
  );
  return rows.map(({ key }) => key);
}

/** What tells one database from all others, for any role. */
const identitySql = `\
select concat_ws(' ', oid, extract(epoch from pg_postmaster_start_time()), current_setting('port')) as identity
from pg_database where datname = current_database()`;

async function refuseSame(source: Place, destination: Place): Promise<void> {
  const [one, other] = await Promise.all(
    [source, destination].map(async ({ database }) => {
      const { rows } = await database.pool.query<{ identity: string }>(identitySql);
      return rows[0]?.identity;
    }),
  );
  if (one !== other) return;
  throw new CopycatError(
    "USAGE",
    `${source.target.name} and ${destination.target.name} are the same database, so there is nothing to move. ` +
      "Only the targets file is to be changed.",
  );
}
