// Which columns of a block are what: looked up once a block, not once a row.

import { stringToJson } from "../../../json.ts";
import type { ManifestTables, TableBlock, TableColumn } from "../../../manifest/index.ts";

/** Columns that go into the metadata under another name, or (null) not at all. */
export type ColumnNames = ReadonlyMap<string, string | null>;

/** A column whose cells are metadata. */
interface MetadataColumn {
  /** `,"name":` */
  start: string;
  column: TableColumn;
  /** Uids are text, also where the table has numbers. */
  isText: boolean;
}

export interface ArtifactColumns {
  type: TableColumn | undefined;
  file: TableColumn | undefined;
  dataset: TableColumn | undefined;
  index: TableColumn | undefined;
  shape: TableColumn | undefined;
  dtype: TableColumn | undefined;
  uid: TableColumn | undefined;
  metadata: readonly MetadataColumn[];
}

export class BlockColumns {
  readonly #columns: ManifestTables["columns"];
  readonly #names: { entities: ColumnNames; artifacts: ColumnNames };
  readonly #artifacts = new WeakMap<TableBlock, ArtifactColumns>();
  readonly #entities = new WeakMap<TableBlock, readonly MetadataColumn[]>();

  constructor(columns: ManifestTables["columns"], names: { entities: ColumnNames; artifacts: ColumnNames }) {
    this.#columns = columns;
    this.#names = names;
  }

  ofArtifacts(block: TableBlock): ArtifactColumns {
    const known = this.#artifacts.get(block);
    if (known !== undefined) return known;
    const { artifactUid, file } = this.#columns;
    const { columns } = block;
    const made = {
      type: columns.get("type"),
      file: columns.get(file),
      dataset: columns.get("dataset"),
      index: columns.get("index"),
      shape: columns.get("shape"),
      dtype: columns.get("dtype"),
      uid: artifactUid === null ? undefined : columns.get(artifactUid),
      metadata: metadataColumns(block, this.#names.artifacts),
    };
    this.#artifacts.set(block, made);
    return made;
  }

  ofEntities(block: TableBlock): readonly MetadataColumn[] {
    const known = this.#entities.get(block);
    if (known !== undefined) return known;
    const made = metadataColumns(block, this.#names.entities);
    this.#entities.set(block, made);
    return made;
  }
}

function metadataColumns({ columns }: TableBlock, names: ColumnNames): MetadataColumn[] {
  const metadata: MetadataColumn[] = [];
  for (const [own, column] of columns) {
    const name = names.get(own);
    if (name === null) continue;
    metadata.push({ start: `,${stringToJson(name ?? own)}:`, column, isText: name !== undefined });
  }
  return metadata;
}

/** Members of a JSON object, each with a comma before it; empty cells are left out. */
export function metadataText(columns: readonly MetadataColumn[], row: number): string {
  let text = "";
  for (const { start, column, isText } of columns) {
    const json = column.json(row);
    if (json === null) continue;
    text += start;
    text += isText && !json.startsWith('"') ? stringToJson(json) : json;
  }
  return text;
}
