// What is known of a file that rows name, and of one data set in it.

import type { DatasetItem, ProblemItem } from "../../../hdf5/index.ts";
import type { JsonText } from "../../../json.ts";
import type { CatalogFile } from "../../shape.ts";

export type Item = DatasetItem | ProblemItem;

/** Why a file cannot be taken. */
export interface FileProblem {
  code: string;
  message: string;
}

export interface KnownFile {
  readonly path: string;
  /** Below the data directory. */
  readonly relativeJson: JsonText;
  /** Null until it was looked at. */
  found: CatalogFile | FileProblem | null;
  looking: Promise<void> | null;
  /** By what rows say of them. */
  readonly arrays: Map<string, KnownArray>;
}

export interface KnownArray {
  readonly file: KnownFile;
  /** Path in the file. */
  readonly dataset: string;
  readonly datasetJson: JsonText;
  /** Null until the file was read. */
  item: Item | FileProblem | null;
  reading: Promise<void> | null;
  /** What most of its rows have in common. */
  texts: RowTexts | null;
}

/** JSON that the rows of a data set share, as long as they have one key. */
export interface RowTexts {
  key: string;
  /** `,"path_KEY":...,"dataset_KEY":...`: where it lies, in the metadata of its entity. */
  locators: string;
  /** `,"index_KEY":` */
  index: string;
}
