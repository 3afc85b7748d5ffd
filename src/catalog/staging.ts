// Nodes on their way in: one staging row a node, its data source and its first asset included.

import type { Column, Row } from "../bulk/index.ts";
import { asJsonText, type JsonText } from "../json.ts";
import type { RowLink } from "./rowLinks.ts";
import type { AssetRecord, NodeRecord } from "./types.ts";

export const stagingName = "copycat_stage";

/** COLUMN ORDER CONTRACT: `makeStagingRow` returns the values in this order. */
export const stagingColumns: readonly Column[] = [
  { name: "ordinal", type: "int8", required: true },
  { name: "level", type: "int4", required: true },
  { name: "parent_path", type: "text", required: true },
  { name: "key", type: "text", required: true },
  { name: "structure_family", type: "text", required: true },
  { name: "metadata", type: "jsonb", json: "text", required: true },
  { name: "specs", type: "jsonb", json: "text", required: true },
  { name: "access_blob", type: "jsonb", json: "text", required: true },
  { name: "mimetype", type: "text" },
  { name: "structure_id", type: "text" },
  { name: "structure", type: "jsonb", json: "text" },
  { name: "parameters", type: "jsonb", json: "text" },
  { name: "properties", type: "jsonb", json: "text" },
  { name: "management", type: "text" },
  { name: "data_uri", type: "text" },
  { name: "is_directory", type: "bool" },
  { name: "size", type: "int8" },
  { name: "parameter", type: "text" },
  { name: "num", type: "int4" },
  { name: "more_assets", type: "jsonb", json: "text" },
  // Rows before this one, where they are known: its parent, and the first that names its file (RowLink).
  { name: "parent_ordinal", type: "int4" },
  { name: "file_ordinal", type: "int4" },
  // Of which file (by its number) this is a topmost node; whether it is renewed where it is there.
  { name: "top_of", type: "int4" },
  { name: "is_renewed", type: "bool" },
  { name: "source", type: "text", required: true },
  { name: "position", type: "text", required: true },
];

/** Joined on by the merge, hence worth statistics. */
export const stagingKeys = ["ordinal", "level", "parent_path", "key", "structure_id", "data_uri"];

/** The text of a path as staging compares it: "" for the root, "/VDP/H_1" below. Keys hold no slash. */
export function pathText(segments: readonly string[]): string {
  return segments.length === 0 ? "" : `/${segments.join("/")}`;
}

/**
 * Ids of structures sent lately: the JSON of a structure travels with its first node only. Forgetting one costs a
 * repetition, never a row, so the set is bounded.
 */
export class RecentStructures {
  readonly #ids = new Set<string>();
  static readonly capacity = 4096;

  /** True the first time. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false;
    if (this.#ids.size >= RecentStructures.capacity) this.#ids.clear();
    this.#ids.add(id);
    return true;
  }

  /** The row that was to bring the structure stays out, so the next one has to. */
  forget(id: string): void {
    this.#ids.delete(id);
  }
}

export function makeStagingRow(
  ordinal: number,
  node: NodeRecord,
  parentPath: string,
  link: RowLink,
  recent: RecentStructures,
): Row {
  const source = node.dataSource;
  const structure = source?.structure ?? null;
  const [first, ...more] = source?.assets ?? [];
  return [
    ordinal,
    node.parentPath.length + 1,
    parentPath,
    node.key,
    node.structureFamily,
    node.metadata,
    node.specs,
    node.accessBlob,
    source?.mimetype,
    structure?.id,
    structure !== null && recent.add(structure.id) ? structure.json : null,
    source?.parameters,
    source?.properties,
    source?.management,
    first?.dataUri,
    first?.isDirectory,
    first?.size,
    first?.parameter,
    first?.num,
    more.length === 0 ? null : assetsToJson(more),
    link.parent,
    link.file,
    node.topOf,
    node.isRenewed,
    node.source,
    node.position,
  ];
}

/** Keys as `jsonb_to_recordset` takes them in the merge. */
function assetsToJson(assets: readonly AssetRecord[]): JsonText {
  return asJsonText(
    JSON.stringify(
      assets.map(({ dataUri, isDirectory, size, parameter, num }) => ({
        data_uri: dataUri,
        is_directory: isDirectory,
        size,
        parameter,
        num,
      })),
    ),
  );
}
