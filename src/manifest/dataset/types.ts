// A dataset description after reading: every default filled in, every path resolved.

import type { JsonText } from "../../json.ts";

export const layouts = ["per_entity", "batched", "grouped", "manifest"] as const;

export type Layout = (typeof layouts)[number];

export const parameterLocations = [
  "root_scalars",
  "root_attributes",
  "group",
  "group_scalars",
  "manifest",
] as const;

export type ParameterLocation = (typeof parameterLocations)[number];

/** A key and its exact value. */
export type JsonEntry = readonly [string, JsonText];

/** An HDF5 dataset and the key of the nodes that it becomes. */
export interface TypedDataset {
  type: string;
  /** Path in the file with a slash in front; in layout `grouped` below the entity's group. */
  dataset: string;
}

export interface ArtifactDataset extends TypedDataset {
  /** An entity without the data set simply lacks the artifact; else that is a reject. */
  isOptional?: true;
}

/** The tables that say which entities and artifacts there are; the files are then not listed. */
export interface ManifestTables {
  /** Absolute paths of existing tables. */
  entities: string;
  artifacts: string;
  columns: {
    /** Of both tables; what joins them. */
    entityUid: string;
    /** The artifact's own uid, which becomes part of its key; null when its key is its type. */
    artifactUid: string | null;
    file: string;
  };
  /** Where the key of an entity comes from: the column `key`, or the dataset's key and the uid's first 13 characters. */
  entityKey: "column" | "prefixed";
  /** By the artifact's type the arrays in its file; null when the tables have a row an array. */
  fanOut: ReadonlyMap<string, readonly TypedDataset[]> | null;
  /** Whether columns with one value for all entities are metadata of the dataset. */
  promotesConstants: boolean;
}

export interface DatasetDescription {
  /** Absolute path of the YAML file. */
  file: string;
  label: string;
  /** Key of the dataset's container. */
  key: string;
  metadata: readonly JsonEntry[];
  data: {
    /** Absolute path of an existing folder. */
    directory: string;
    /** Glob, relative to `directory`. */
    filePattern: string;
    /** `manifest` exactly when there are `tables`. */
    layout: Layout;
    /** How the serving machine sees `directory`, when it sees it elsewhere. */
    serverBaseDir: string | null;
    /** Layout `grouped`: every subgroup of this group is an entity. "/" otherwise. */
    entityGroup: string;
  };
  parameters: {
    location: ParameterLocation;
    /** Set whenever the location is `group`. */
    group: string | null;
  };
  tables: ManifestTables | null;
  /** One at least unless there are `tables`; types unique. */
  artifacts: readonly ArtifactDataset[];
  /** Axes that all entities have in common. */
  shared: readonly TypedDataset[];
  /** Datasets whose values are metadata of their entity. */
  extraMetadata: readonly { dataset: string }[];
  provenance: readonly JsonEntry[];
}
