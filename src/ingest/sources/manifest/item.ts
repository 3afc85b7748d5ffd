// What is known of one data set of a file.

import type { DatasetItem, ProblemItem } from "../../../hdf5/index.ts";

export type Item = DatasetItem | ProblemItem;

/** Why a file cannot be taken. */
export interface FileProblem {
  code: string;
  message: string;
}
