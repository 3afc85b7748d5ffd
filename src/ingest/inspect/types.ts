// What is seen in files, and what is made of it: plain data, which `--json` prints and a draft is written from.

import type { ParameterLocation } from "../../manifest/index.ts";

/** What is known of the values of a data set, an attribute, or of many of them. */
export interface ValueFacts {
  /** Of all values; null when not all were looked at. */
  digest: string | null;
  /** Of numbers that are finite; null without any. */
  low: number | null;
  high: number | null;
  /** A few different texts. */
  texts: string[];
}

export interface DatasetFacts {
  /** Absolute in the file, or below an entity's group; of an attribute its name. */
  path: string;
  shape: number[];
  /** numpy's name; "text" for strings of any length. */
  dataType: string;
  /** Null when they were not looked at. */
  values: ValueFacts | null;
}

/** Something that a draft does not take, and why. */
export interface LeftOut {
  path: string;
  reason: string;
  /** In so many files. */
  count: number;
}

export interface FileFacts {
  /** Path below the inspected folder. */
  name: string;
  datasets: DatasetFacts[];
  /** Of the root group. */
  attributes: DatasetFacts[];
  problems: { path: string; reason: string }[];
  /** False when the file holds more than was looked at. */
  isWhole: boolean;
}

export interface UnreadableFile {
  name: string;
  reason: string;
}

/** The same data set in several entities. */
export interface Tallied {
  path: string;
  /** In so many of them. */
  count: number;
  /** The different ones. */
  shapes: number[][];
  dataTypes: string[];
  low: number | null;
  high: number | null;
  texts: string[];
  /** All values were looked at, and are the same wherever it is. */
  isSame: boolean;
  /** Of long columns only the first values were looked at. */
  isPart: boolean;
}

export interface TypedFinding extends Tallied {
  /** Key of the nodes that it becomes. */
  type: string;
}

/** Those that can be told from the files alone. */
export type GuessedLayout = "per_entity" | "batched" | "grouped";

/** The part of a draft that follows from a layout. */
export interface Sections {
  layout: GuessedLayout;
  /** Layout `grouped`: the group whose subgroups are entities. */
  entityGroup: string | null;
  /** How many entities were seen, and what they are called. */
  entities: number;
  entityWord: "file" | "group" | "row";
  /** How many files or groups `count` is of. */
  of: number;
  parameters: { location: ParameterLocation; group: string | null; found: Tallied[] };
  artifacts: TypedFinding[];
  shared: TypedFinding[];
  extraMetadata: Tallied[];
  leftOut: LeftOut[];
  unsure: string[];
}

export interface Findings extends Sections {
  /** Absolute. */
  directory: string;
  filePattern: string;
  label: string;
  key: string;
  files: {
    total: number;
    sampled: number;
    /** That the draft describes. */
    described: number;
    unreadable: UnreadableFile[];
    /** That look different from those described. */
    others: string[];
  };
}
