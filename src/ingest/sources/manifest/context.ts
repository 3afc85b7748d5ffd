// What the parts of a load from tables share.

import type { DatasetDescription, ManifestTables, Table } from "../../../manifest/index.ts";
import type { SourceContext } from "../../types.ts";
import type { BlockColumns } from "./blockColumns.ts";
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
  blocks: BlockColumns;
}
