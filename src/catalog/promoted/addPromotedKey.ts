// Promotes a metadata key: the indexes that make it fast, for our searches and for Tiled's own.

import { type Database, ensureEngineTables } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { getNode } from "../findNode.ts";
import { type CatalogNames, catalogNames } from "../tables.ts";
import { buildIndexes } from "./buildIndexes.ts";
import { listPromotedKeys } from "./listPromotedKeys.ts";
import { quoteLiterals, quoteTextArray } from "./literals.ts";
import { chooseKinds } from "./lookAtKey.ts";
import { promotedTable } from "./ownTables.ts";
import { forceCustomPlans } from "./planCache.ts";
import { type IndexShape, indexShape } from "./shapes.ts";
import { type StatisticsShape, statisticsShapes } from "./statistics.ts";
import { checkPath, isOf, recordKey } from "./target.ts";
import { findTrigrams } from "./trigrams.ts";
import {
  type AddedKey,
  type AddOptions,
  type PromotedKey,
  type PromotedKind,
  type PromotedTarget,
  promotedKinds,
} from "./types.ts";

interface Job {
  names: CatalogNames;
  target: PromotedTarget;
  datasetId: number | null;
  options: AddOptions;
}

/**
 * Builds the indexes of a key, beside readers and writers, and records them; they outlive later loads. Which ones is
 * found by looking: scalars are compared and sorted, strings also matched with LIKE. Adding a key again builds what is
 * missing or broken.
 *
 * From then on a load rejects nodes whose value at this key is longer than 2,600 bytes.
 *
 * @param target keys from the top of the metadata downwards; `specs` or `family` for the columns of these names
 * @throws CopycatError NOT_FOUND (no such key, no such dataset), USAGE (it holds no scalar), INVALID_INPUT (a value is
 * too long), PERMISSION, DATABASE, CANCELLED: then no index was made
 *
 * @example
 * await addPromotedKey(database, ["Ja_meV"], { dataset: "VDP" });
 */
export async function addPromotedKey(
  database: Database,
  target: PromotedTarget,
  options: AddOptions = {},
): Promise<AddedKey> {
  const start = performance.now();
  const { schema = database.catalogSchema, onNotice } = options;
  if (typeof target !== "string") checkPath(target);
  const datasetId =
    options.dataset === undefined ? null : await findDataset(database, options.dataset, schema);
  const job = { names: catalogNames(schema), target, datasetId, options };
  const wanted = await wantedKinds(database, job);
  const { shapes, statistics } = await makeShapes(database, job, wanted);
  await ensureEngineTables(database, promotedTable);
  const path = typeof target === "string" ? [target] : target;
  const built = await buildIndexes(database, job.names, shapes, { ...options, path, statistics });
  await record(database, job, shapes);
  if (options.planCacheMode !== false) await forceCustomPlans(database, onNotice);
  const added = await findPromoted(database, job);
  if (added === undefined) throw new CopycatError("INTERNAL", "The promoted key was not recorded.");
  return { ...added, built, elapsedMs: Math.round(performance.now() - start) };
}

/** @throws CopycatError NOT_FOUND; USAGE when it has no children to index */
async function findDataset(database: Database, path: string, schema: string): Promise<number> {
  const node = await getNode(database, path, schema);
  if (node.structureFamily === "container") return node.id;
  throw new CopycatError(
    "USAGE",
    `${node.path} is an ${node.structureFamily}; keys are promoted for the children of a container, such as VDP.`,
  );
}

/** Those that the values ask for, and those that are there already: strings may come back. */
async function wantedKinds(database: Database, job: Job): Promise<PromotedKind[]> {
  const { names, target, datasetId, options } = job;
  if (typeof target === "string") return [target];
  const chosen = await chooseKinds(database, { names, path: target, datasetId, dataset: options.dataset });
  const present = (await findPromoted(database, job))?.kinds ?? [];
  return promotedKinds.filter((kind) => chosen.includes(kind) || present.includes(kind));
}

async function makeShapes(
  database: Database,
  { names, target, datasetId, options }: Job,
  kinds: readonly PromotedKind[],
): Promise<{ shapes: IndexShape[]; statistics: StatisticsShape[] }> {
  const path = typeof target === "string" ? [] : target;
  const trigramSchema = kinds.includes("like") ? await findTrigrams(database, options.onNotice) : null;
  const possible = kinds.filter((kind) => kind !== "like" || trigramSchema !== null);
  const pathLiteral = await quoteTextArray(database.pool, path);
  const keyLiterals = await quoteLiterals(database.pool, path);
  const parts = { target, datasetId, pathLiteral, keyLiterals, trigramSchema };
  return {
    shapes: possible.map((kind) => indexShape(names, kind, parts)),
    statistics: statisticsShapes(names, { path, pathLiteral, kinds: possible, datasetId }),
  };
}

async function record(database: Database, job: Job, shapes: readonly IndexShape[]): Promise<void> {
  await database.pool.query(
    `\
insert into ${promotedTable} (catalog_schema, target, path, dataset_id, kinds, index_names)
values ($1, $2, $3, $4, $5, $6)
on conflict (catalog_schema, target, path, (coalesce(dataset_id, -1)))
do update set kinds = excluded.kinds, index_names = excluded.index_names`,
    [
      job.names.schema,
      ...recordKey(job.target),
      job.datasetId,
      shapes.map(({ kind }) => kind),
      shapes.map(({ name }) => name),
    ],
  );
}

async function findPromoted(
  database: Database,
  { names, target, datasetId }: Job,
): Promise<PromotedKey | undefined> {
  const found = await listPromotedKeys(database, { schema: names.schema });
  return found.find((key) => key.datasetId === datasetId && isOf(key, target));
}
