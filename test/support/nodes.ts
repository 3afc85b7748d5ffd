// Makes NodeRecords, loads them, and looks at what stands in the catalog afterwards.

import { expect } from "vitest";
import {
  type AssetRecord,
  type LoadOptions,
  type LoadReport,
  loadNodes,
  makeArrayStructure,
  type NodeRecord,
  type Reject,
  type StructureRecord,
} from "../../src/catalog/index.ts";
import type { Database } from "../../src/database/index.ts";
import { asJsonText, type JsonText } from "../../src/json.ts";
import type { TestDatabase } from "./database.ts";

export const float64 = { kind: "f", itemsize: 8, endianness: "little", dt_units: null };

export interface ArrayOptions {
  metadata?: object;
  shape?: readonly number[];
  structure?: StructureRecord | null;
  /** Path in the file; default: the key of the node. */
  dataset?: string;
  /** One path, or several that make up one array; default: /data/ENTITY.h5. */
  files?: readonly string[];
  size?: number | string | null;
}

export function json(value: unknown): JsonText {
  return asJsonText(JSON.stringify(value));
}

/** A container at `path` ("/VDP/H_1"). */
export function container(path: string, metadata: object = {}): NodeRecord {
  const { parentPath, key } = splitPath(path);
  return {
    parentPath,
    key,
    structureFamily: "container",
    metadata: json(metadata),
    specs: json([]),
    accessBlob: json({}),
    dataSource: null,
    source: "test.yaml",
    position: path,
  };
}

/** An array at `path`, in one HDF5 file unless told otherwise. */
export function array(path: string, options: ArrayOptions = {}): NodeRecord {
  const { parentPath, key } = splitPath(path);
  const files = options.files ?? [`/data/${parentPath.at(-1) ?? "root"}.h5`];
  return {
    ...container(path, options.metadata),
    structureFamily: "array",
    dataSource: {
      mimetype: "application/x-hdf5",
      structure:
        options.structure !== undefined
          ? options.structure
          : makeArrayStructure({ shape: options.shape ?? [3, 4], dataType: float64, chunks: null }),
      parameters: json({ dataset: options.dataset ?? key }),
      properties: json({}),
      management: "external",
      assets: files.map((file, num) => asset(file, files.length === 1 ? null : num, options.size ?? null)),
    },
  };
}

function asset(file: string, num: number | null, size: number | string | null): AssetRecord {
  const parameter = num === null ? "data_uri" : "data_uris";
  return { dataUri: `file://localhost${file}`, isDirectory: false, size, parameter, num };
}

function splitPath(path: string): { parentPath: string[]; key: string } {
  const segments = path.split("/").slice(1);
  return { parentPath: segments.slice(0, -1), key: segments.at(-1) ?? "" };
}

/** A dataset of `entities` containers with `arrays` arrays each, parents first. */
export function dataset(name: string, entities: number, arrays = 1): NodeRecord[] {
  const nodes = [container(`/${name}`, { title: name })];
  for (let entity = 0; entity < entities; entity++) {
    const path = `/${name}/H_${entity}`;
    nodes.push(container(path, { index: entity }));
    for (let index = 0; index < arrays; index++) nodes.push(array(`${path}/a${index}`));
  }
  return nodes;
}

/** `nodes` in batches; throws `error` after the last one, if given. */
export async function* inBatches(
  nodes: readonly NodeRecord[],
  batchNodes = 100,
  error?: Error,
): AsyncGenerator<readonly NodeRecord[]> {
  for (let start = 0; start < nodes.length; start += batchNodes) {
    yield nodes.slice(start, start + batchNodes);
  }
  if (error !== undefined) throw error;
}

export interface Loaded {
  report: LoadReport;
  rejects: Reject[];
  notices: string[];
}

/** Loads, and proves that the report accounts for every record that was read. */
export async function load(
  database: Database,
  nodes: readonly NodeRecord[],
  options: Partial<LoadOptions> & { batchNodes?: number } = {},
): Promise<Loaded> {
  const { batchNodes, ...rest } = options;
  const rejects: Reject[] = [];
  const notices: string[] = [];
  const report = await loadNodes(database, inBatches(nodes, batchNodes), {
    policy: "skip",
    mode: "auto",
    dryRun: false,
    onReject: (reject) => void rejects.push(reject),
    onNotice: (notice) => void notices.push(notice),
    ...rest,
  });
  const { read, ...others } = report.nodes;
  expect(read).toBe(nodes.length);
  expect(Object.values(others).reduce((sum, count) => sum + count, 0)).toBe(read);
  expect(Math.min(...Object.values(others))).toBeGreaterThanOrEqual(0);
  expect(others.rejected).toBe(rejects.length);
  return { report, rejects, notices };
}

/** Paths of all nodes but the root, by id. */
export async function listPaths(test: TestDatabase): Promise<string[]> {
  const rows = await test.rows<{ path: string }>(`
    with recursive tree (id, path) as (
      select id, '' from nodes where parent is null
      union all
      select n.id, t.path || '/' || n.key from tree t join nodes n on n.parent = t.id)
    select path from tree where id <> 0 order by id`);
  return rows.map(({ path }) => path);
}

const tables = [
  "nodes",
  "nodes_closure",
  "structures",
  "data_sources",
  "assets",
  "data_source_asset_association",
  "revisions",
];

/** Everything that a load could change: rows with the transaction that wrote them, sequences, the trigger. */
export async function snapshot(test: TestDatabase): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const table of tables) {
    result[table] = await test.rows(`select xmin::text, to_jsonb(t) as row from ${table} t order by 2`);
  }
  result.sequences = await test.rows(
    // Citus has some of its own.
    "select sequencename, last_value::text from pg_sequences where schemaname <> 'pg_catalog' order by 1",
  );
  result.triggers = await test.rows("select tgname, tgenabled from pg_trigger order by 1");
  return result;
}
