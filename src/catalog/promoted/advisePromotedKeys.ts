// Which keys are worth an index, and which indexes were for nothing: from the metadata and the server's statistics.

import type { Database } from "../../database/index.ts";
import { getNode } from "../findNode.ts";
import { type CatalogNames, catalogNames } from "../tables.ts";
import { listPromotedKeys } from "./listPromotedKeys.ts";
import { type KeyProfile, profileKeys } from "./profileKeys.ts";
import { type SampledNode, sampleChildren } from "./sampleChildren.ts";
import { isOf, shellWord, targetArguments } from "./target.ts";
import type { PromotedKey, PromotedOptions, PromotedTarget } from "./types.ts";

export interface Advice {
  action: "add" | "drop";
  /** Empty for specs and the structure family. */
  path: string[];
  /** Path of the dataset; null: all nodes. */
  dataset: string | null;
  /** Children of the dataset, and how many of them were looked at. Null for `drop`. */
  children: number | null;
  sampled: number | null;
  profile: KeyProfile | null;
  /** A sentence for people. */
  reason: string;
  /** What to type. */
  command: string;
}

/** Children looked at in each dataset. */
const sampleNodes = 2000;
const leastPresence = 0.01;
/** Longer strings are texts, which full-text search finds. */
const longestString = 255;
/** Below, Tiled reads all children as fast. */
const manyChildren = 1000;
/** Of each dataset, the best first. */
const mostAdvice = 20;
/** An index that was made a moment ago has a right to be unused. */
const patienceMs = 24 * 3600 * 1000;

/**
 * Proposes keys to promote: numbers and short strings that more than one in a hundred children has and that are not all
 * alike. Proposes to drop what no query ever used. Changes nothing.
 *
 * @throws CopycatError NOT_FOUND (no such dataset)
 */
export async function advisePromotedKeys(
  database: Database,
  options: PromotedOptions = {},
): Promise<Advice[]> {
  const { schema = database.catalogSchema, dataset } = options;
  const names = catalogNames(schema);
  const promoted = await listPromotedKeys(database, { schema });
  const datasets =
    dataset === undefined ? await listDatasets(database, names) : [await getNode(database, dataset, schema)];
  const advice: Advice[] = [];
  for (const { id, path } of datasets) {
    const sample = await sampleChildren(database, names, { datasetId: id, limit: sampleNodes });
    const own = promoted.filter(({ datasetId }) => datasetId === null || datasetId === id);
    advice.push(...adviseAdding({ path, ...sample }, own));
  }
  const shown = dataset === undefined ? null : new Set(datasets.map(({ id }) => id));
  for (const key of promoted) {
    if (shown === null || (key.datasetId !== null && shown.has(key.datasetId)))
      advice.push(...adviseDropping(key));
  }
  return advice;
}

async function listDatasets(
  database: Database,
  names: CatalogNames,
): Promise<{ id: number; path: string }[]> {
  const { rows } = await database.pool.query<{ id: number; path: string }>(
    `select id, '/' || key as path from ${names.nodes} where parent = 0 and structure_family = 'container' order by id`,
  );
  return rows;
}

interface Sample {
  path: string;
  nodes: readonly SampledNode[];
  total: number;
}

function adviseAdding(sample: Sample, promoted: readonly PromotedKey[]): Advice[] {
  const { path: dataset, nodes, total } = sample;
  const isNew = (target: PromotedTarget): boolean => !promoted.some((key) => isOf(key, target));
  const make = (target: PromotedTarget, profile: KeyProfile | null, reason: string): Advice => ({
    action: "add",
    path: typeof target === "string" ? [] : [...target],
    dataset,
    children: total,
    sampled: nodes.length,
    profile,
    reason:
      total < manyChildren ? `${reason}; with ${total} children it makes little difference yet` : reason,
    command: `copycat index add ${targetArguments(target)} --dataset ${targetDataset(dataset)}`,
  });
  const keys = profileKeys(nodes.map(({ metadata }) => metadata))
    .filter((profile) => pays(profile, nodes.length) && isNew(profile.path))
    .toSorted(byUse)
    .slice(0, mostAdvice);
  const columns: Advice[] = [];
  if (isNew("specs") && nodes.some(({ hasSpecs }) => hasSpecs)) {
    columns.push(make("specs", null, "some children have specs, and no index of Tiled's serves them"));
  }
  if (isNew("family") && new Set(nodes.map(({ structureFamily }) => structureFamily)).size > 1) {
    columns.push(make("family", null, "the children are of several structure families"));
  }
  return [...keys.map((key) => make(key.path, key, describe(key, nodes.length))), ...columns];
}

/** Locators say where files lie; nobody compares them. Booleans leave half of the nodes. */
function pays({ path, types, present, distinct, longestBytes }: KeyProfile, sampled: number): boolean {
  const useful = (types.number ?? 0) + (types.string ?? 0);
  return (
    useful > sampled * leastPresence &&
    useful >= present - (types.null ?? 0) - (types.boolean ?? 0) &&
    distinct > 1 &&
    longestBytes <= longestString &&
    !(path.length === 1 && /^(path|dataset|index)_/.test(path[0] ?? ""))
  );
}

/** Numbers first, then what more nodes have, then what tells them apart better. */
function byUse(a: KeyProfile, b: KeyProfile): number {
  const numbers = Number((b.types.number ?? 0) > 0) - Number((a.types.number ?? 0) > 0);
  return numbers || b.present - a.present || b.distinct - a.distinct;
}

function describe({ types, present, distinct, min, max }: KeyProfile, sampled: number): string {
  const kinds = [
    ...(types.number === undefined ? [] : [`numbers from ${round(min)} to ${round(max)}`]),
    ...(types.string === undefined ? [] : ["strings"]),
  ];
  const share = Math.round((100 * present) / sampled);
  return `${kinds.join(" and ")}, in ${share < 1 ? "1" : share} % of the children, ${distinct} different values in ${sampled} looked at`;
}

/** Six digits tell people enough; whole numbers stay whole. */
function round(value: number | null): number | null {
  return value === null || Number.isInteger(value) ? value : Number(value.toPrecision(6));
}

function adviseDropping(key: PromotedKey): Advice[] {
  const { path, dataset, scans, createdAt, sizeBytes, kinds } = key;
  const isGone = dataset !== null && !dataset.startsWith("/");
  const isUnused = scans === 0 && Date.now() - createdAt.getTime() > patienceMs;
  if (!isUnused && !isGone) return [];
  const target = kinds.includes("specs") ? "specs" : kinds.includes("family") ? "family" : path;
  const place = dataset === null ? "" : ` --dataset ${isGone ? shellWord(dataset) : targetDataset(dataset)}`;
  const since = createdAt.toISOString().slice(0, 10);
  return [
    {
      action: "drop",
      path,
      dataset,
      children: null,
      sampled: null,
      profile: null,
      reason: isGone
        ? "its dataset was deleted"
        : `no query has used it since it was promoted on ${since}, or since the last offline load (${Math.ceil(sizeBytes / 1024)} kB)`,
      command: `copycat index drop ${targetArguments(target)}${place}`,
    },
  ];
}

/** As it is typed: without the leading slash, unless an option would be read out of it. */
function targetDataset(path: string): string {
  const bare = path.slice(1);
  return shellWord(bare === "" || bare.startsWith("-") ? path : bare);
}
