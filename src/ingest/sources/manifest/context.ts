// What the parts of a load from tables share.

import { stringToJson } from "../../../json.ts";
import {
  cellText,
  type DatasetDescription,
  type ManifestTables,
  type Table,
} from "../../../manifest/index.ts";
import type { MetadataEntry } from "../../shape.ts";
import type { SourceContext } from "../../types.ts";
import type { DeclaredItems } from "./declared.ts";
import type { FileDescriptions } from "./files.ts";

export interface ManifestContext extends SourceContext {
  description: DatasetDescription;
  tables: ManifestTables;
  entities: Table;
  artifacts: Table;
  label: string;
  /** The label when it was given for this run instead of taken from the YAML. */
  givenLabel: string | undefined;
  /** Absolute path of the only file to take. */
  only: ReadonlySet<string> | undefined;
  files: FileDescriptions;
  declared: DeclaredItems;
  names: { entities: ColumnNames; artifacts: ColumnNames };
}

/** Columns that go into the metadata under another name, or (null) not at all. */
export type ColumnNames = ReadonlyMap<string, string | null>;

/** Cells that are metadata, under the names that `names` gives; null leaves a column out. */
export function* metadataCells(
  cells: ReadonlyMap<string, MetadataEntry[1]>,
  names: ColumnNames,
): Generator<MetadataEntry> {
  for (const [column, value] of cells) {
    const name = names.get(column);
    // Uids are text, also where the table has numbers.
    if (name === undefined) yield [column, value];
    else if (name !== null) yield [name, stringToJson(cellText(value) ?? "")];
  }
}
