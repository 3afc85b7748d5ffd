// Short ways to pour something in and to look at what came of it.

import type { Reject } from "../../src/catalog/index.ts";
import type { IngestOptions, IngestReport } from "../../src/ingest/index.ts";
import { ingest } from "../../src/ingest/index.ts";
import type { TestDatabase } from "../support/database.ts";
import { readNdjson, type TestFolder } from "../support/files.ts";

export interface Ingested {
  report: IngestReport;
  rejects: (Omit<Reject, "record"> & { record: unknown })[];
}

let runs = 0;

/** One ingest with one reader thread, its rejects in the test's folder. */
export async function pour(
  database: TestDatabase,
  folder: TestFolder,
  input: string | readonly string[],
  options: Omit<IngestOptions, "inputs"> = {},
): Promise<Ingested> {
  const rejectsFile = folder.path(`rejects-${++runs}.ndjson`);
  const report = await ingest(database.database, {
    inputs: typeof input === "string" ? [input] : input,
    rejectsFile,
    workers: 1,
    ...options,
  });
  const rejects = report.rejectsFile === null ? [] : await readNdjson(report.rejectsFile);
  return { report, rejects: rejects as unknown as Ingested["rejects"] };
}

export interface FoundNode {
  path: string;
  family: string;
  /** The text of the jsonb: 1.0 is not 1. */
  text: string;
  metadata: Record<string, unknown>;
  mimetype: string | null;
  management: string | null;
  parameters: Record<string, unknown> | null;
  structure: { shape: number[]; chunks: number[][]; data_type: Record<string, unknown> } | null;
  uri: string | null;
  size: number | null;
  association: string | null;
}

/** Every node at or below a path, by path. */
export async function nodesBelow(database: TestDatabase, path: string): Promise<Map<string, FoundNode>> {
  const rows = await database.rows<FoundNode>(
    `\
with recursive walk (id, path) as (
  select id, '' from nodes where parent is null
  union all
  select n.id, w.path || '/' || n.key from walk w join nodes n on n.parent = w.id
)
select w.path, n.structure_family::text as family, n.metadata::text as text, n.metadata,
  d.mimetype, d.management::text, d.parameters, s.structure, a.data_uri as uri, a.size::int as size,
  l.parameter as association
from walk w
join nodes n using (id)
left join data_sources d on d.node_id = n.id
left join structures s on s.id = d.structure_id
left join data_source_asset_association l on l.data_source_id = d.id
left join assets a on a.id = l.asset_id
where w.path = $1 or starts_with(w.path, $1 || '/')
order by w.path collate "C"`,
    [path],
  );
  return new Map(rows.map((row) => [row.path, row]));
}

/** The node at a path, which must be there. */
export async function nodeAt(database: TestDatabase, path: string): Promise<FoundNode> {
  const node = (await nodesBelow(database, path)).get(path);
  if (node === undefined) throw new Error(`There is no node ${path}.`);
  return node;
}

/** Checks that the counts add up to what was read. */
export function sumOfNodes({ nodes }: IngestReport): number {
  return nodes.inserted + nodes.updated + nodes.unchanged + nodes.skipped + nodes.rejected;
}
