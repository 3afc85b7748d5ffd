// The steps of a move: the dataset held where it is, copied, compared, dropped.

import type { PoolClient } from "pg";
import {
  type CatalogNames,
  catalogNames,
  collectTree,
  compareDigests,
  copyDataset,
  deleteTrees,
  digestDataset,
  ensureCatalog,
  findDataset,
  lockWriters,
  prepareTransaction,
  refuseForeignRows,
  type TableDigest,
  vacuumCatalog,
} from "../catalog/index.ts";
import {
  type Database,
  ensureEngineTables,
  quoteIdentifier,
  withCancel,
  withRollback,
  withTransaction,
  wrapDatabaseError,
} from "../database/index.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import { copyFiles, digestFiles, forgetFiles, hasAccount } from "../ingest/index.ts";
import type { Place } from "./findPlaces.ts";
import type { MoveOptions } from "./moveDataset.ts";

/** A dataset as it is at one place, listed in a transaction of its own. */
export interface DatasetCopy {
  key: string;
  place: Place;
  client: PoolClient;
  nodes: number;
  digests: TableDigest[];
  /** Of the account of its files. */
  files: TableDigest;
}

const namesOf = ({ database }: Place): CatalogNames => catalogNames(database.catalogSchema);

/**
 * Runs `work` in one transaction at the place where the dataset is. Nobody else writes to that catalog from before the first
 * look until the transaction ends; all that is read is of one moment.
 */
export async function holdDataset<Result>(
  place: Place,
  key: string,
  control: Control & { isDry: boolean },
  work: (held: DatasetCopy) => Promise<Result>,
): Promise<Result> {
  const { database, target } = place;
  const { isDry, signal } = control;
  const run = isDry ? withRollback : withTransaction;
  try {
    return await run<Result>(database, async (client) => {
      await client.query("set transaction isolation level repeatable read");
      if (!isDry) await lockSource(database, client, control);
      return withCancel(database, client, signal, async () => {
        await prepareTransaction(client, namesOf(place), database.engine);
        const held = await describeCopy(place, client, key);
        if (held === null) throw new CopycatError("NOT_FOUND", `${key} has just gone from ${target.name}.`);
        await refuseForeignRows(client, namesOf(place));
        const result = await work(held);
        signal?.throwIfAborted();
        return result;
      });
    });
  } catch (error) {
    if (signal?.aborted === true && !(error instanceof CopycatError && error.code === "CONNECTION")) {
      throw new CopycatError(
        "CANCELLED",
        `Cancelled; ${key} is still whole at ${target.name}. The same command goes on from where it is.`,
        { cause: error },
      );
    }
    throw wrapDatabaseError(error, `Moving ${key} from ${target.name} failed, and it is still whole there`);
  }
}

type Control = Pick<MoveOptions, "onNotice" | "signal">;

/** All that is copied, before the first query, which decides what this transaction sees: so others are asked elsewhere. */
async function lockSource(
  database: Database,
  client: PoolClient,
  { onNotice, signal }: Control,
): Promise<void> {
  const { rows } = await database.pool.query<{ present: boolean }>(
    "select to_regclass('copycat.file') is not null as present",
  );
  const ours = rows[0]?.present === true ? ["copycat.file"] : [];
  const names = catalogNames(database.catalogSchema);
  const others = ["data_sources", "assets", "revisions"].map((table) => quoteIdentifier(names.schema, table));
  await lockWriters(client, database.pool, {
    tables: [names.nodes, ...others, names.associations, ...ours],
    stepMs: 2000,
    ...(onNotice && { onNotice }),
    ...(signal && { signal }),
  });
}

async function describeCopy(place: Place, client: PoolClient, key: string): Promise<DatasetCopy | null> {
  const nodes = await collectTree(client, namesOf(place), key);
  return nodes === 0 ? null : { key, place, client, nodes, ...(await digest(place, client, key)) };
}

async function digest(
  place: Place,
  client: PoolClient,
  key: string,
): Promise<Pick<DatasetCopy, "digests" | "files">> {
  const names = namesOf(place);
  return {
    digests: await digestDataset(client, names),
    files: await digestFiles(client, { schema: names.schema, key }),
  };
}

/**
 * What differs at another place that has it, a line each. Not in the account of files: an ingest that found all unchanged
 * may have renewed it there.
 */
export async function listDifferences(held: DatasetCopy, place: Place): Promise<string[]> {
  return withRollback(place.database, async (client) => {
    await client.query("set transaction isolation level repeatable read");
    const other = await describeCopy(place, client, held.key);
    const placeNames = [held.place.target.name, place.target.name] as const;
    return compareDigests(held.digests, other?.digests ?? [], placeNames);
  });
}

/**
 * Copies what is held, in one transaction, which is committed only when both are equal.
 *
 * @throws CopycatError CONFLICT when they are not
 */
export async function copyHeld(held: DatasetCopy, place: Place, options: MoveOptions): Promise<void> {
  const { key, client: source } = held;
  const { database, target } = place;
  const { onNotice, onTable, signal } = options;
  options.onPhase?.("copy");
  await ensureCatalog(database);
  const withFiles = await hasAccount(source);
  if (withFiles) await ensureEngineTables(database);
  const from = namesOf(held.place);
  const to = namesOf(place);
  const copyOptions = {
    from,
    to,
    engine: database.engine,
    ...(onNotice && { onNotice }),
    ...(onTable && { onTable }),
    ...(signal && { signal }),
  };
  try {
    await withTransaction(database, (client) =>
      withCancel(database, client, signal, async () => {
        await copyDataset(source, client, key, copyOptions);
        if (withFiles) await copyFiles(source, client, { schema: from.schema, key }, to.schema);
        else await forgetFiles(client, { schema: to.schema, key });
        options.onPhase?.("verify");
        await requireSame(held, client, place);
        // The lock at the source still holds: if it broke, somebody may have written there.
        await source.query("select");
        signal?.throwIfAborted();
      }),
    );
  } catch (error) {
    throw wrapDatabaseError(error, `Copying ${key} to ${target.name} failed, nothing was changed`);
  }
}

async function requireSame(held: DatasetCopy, client: PoolClient, destination: Place): Promise<void> {
  const { key, digests, files, place } = held;
  const from = place.target.name;
  const to = destination.target.name;
  const copied = await digest(destination, client, key);
  const details = compareDigests([...digests, files], [...copied.digests, copied.files], [from, to]);
  if (details.length === 0) return;
  throw new CopycatError(
    "CONFLICT",
    `The copy of ${key} at ${to} would not be what it is at ${from}, so nothing was changed. Where the closure differs: ` +
      `\`copycat verify --repair\` at ${from}. Where assets differ: ${to} knows other sizes of the same files, and newer ones; ` +
      `ingest ${key} again at ${from}. Else please report this.`,
    { details },
  );
}

/** In the transaction that holds it, which the caller commits. */
export async function dropHeld({ client, key, nodes, place }: DatasetCopy): Promise<void> {
  const names = namesOf(place);
  const { schema } = names;
  const id = await findDataset(client, names, key);
  await forgetFiles(client, { schema, key });
  const deleted = id === null ? 0 : await deleteTrees(client, [id], { schema });
  if (deleted === nodes) return;
  throw new CopycatError(
    "INTERNAL",
    `Of ${key} at ${place.target.name}, ${nodes} nodes were copied, and ${deleted} would be deleted. It stays there; please report this.`,
  );
}

/** When all is done, and nobody waits for it. */
export async function finishCopy(
  { database, target }: Place,
  nodes: number,
  { onNotice }: Control,
): Promise<void> {
  await vacuumCatalog(database, nodes).catch((error: unknown) =>
    onNotice?.(
      `VACUUM (ANALYZE) at ${target.name} was not done: ${errorMessage(error)}. Run it when you can.`,
    ),
  );
}
