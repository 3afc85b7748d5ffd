// What the readers of the three layouts of a dataset share.

import type { DatasetDescription } from "../../manifest/index.ts";
import type { SourceContext } from "../types.ts";

/** Files whose fingerprints are compared at once. */
export const lookAhead = 500;

export interface DatasetContext extends SourceContext {
  description: DatasetDescription;
  /** Goes into the metadata of every entity as `source`. */
  label: string;
  /** The label when it was given for this run instead of taken from the YAML. */
  givenLabel: string | undefined;
  /** Entities still wanted; shared by all files. */
  remaining: { entities: number };
}

/** "runs/H_0001.h5" is the entity "runs_H_0001": stable; of two files with the same key the later one is rejected. */
export function keyOfFile(relativePath: string): string {
  return relativePath.replace(/\.[^./]+$/, "").replaceAll("/", "_");
}
