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
  onlyFile: string | undefined;
  files: FileDescriptions;
  declared: DeclaredItems;
  /** Columns that are metadata of the dataset instead of every row. */
  promoted: { entities: ReadonlySet<string>; artifacts: ReadonlySet<string> };
}

/** Cells that are metadata under their own names; `renamed` gives another name or null for none. */
export function* metadataCells(
  cells: ReadonlyMap<string, MetadataEntry[1]>,
  promoted: ReadonlySet<string>,
  renamed: ReadonlyMap<string, string | null>,
): Generator<MetadataEntry> {
  for (const [column, value] of cells) {
    if (promoted.has(column)) continue;
    const name = renamed.get(column);
    // Uids are text, also where the table has numbers.
    if (name === undefined) yield [column, value];
    else if (name !== null) yield [name, stringToJson(cellText(value) ?? "")];
  }
}
