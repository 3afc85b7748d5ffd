// What promoting a metadata key takes and gives.

/** Keys from the top of the metadata downwards, or what else Tiled searches by: specs, structure family. */
export type PromotedTarget = readonly string[] | "specs" | "family";

/** What an index serves; in this order they are built. */
export const promotedKinds = ["comparison", "sort", "like", "specs", "family"] as const;

export type PromotedKind = (typeof promotedKinds)[number];

export interface PromotedOptions {
  /** Path of a container: only its children are indexed. Default: all nodes. */
  dataset?: string;
  /** Schema of the catalog; default: the database's (`catalogSchema`). */
  schema?: string;
}

export interface AddOptions extends PromotedOptions {
  /** False leaves the plan cache alone; default true, see `forceCustomPlans`. */
  planCacheMode?: boolean;
  onNotice?: (message: string) => void;
  signal?: AbortSignal;
}

export interface PromotedKey {
  /** Empty where it is no key of the metadata: then `kinds` says what. */
  path: string[];
  /** Path of the dataset, with a leading slash; null: all nodes. A deleted one stands as `deleted node ID`. */
  dataset: string | null;
  /** Id of the dataset's node. */
  datasetId: number | null;
  kinds: PromotedKind[];
  /** Names of the indexes, in the order of the kinds. */
  indexes: string[];
  /** False when one of them is gone or was never finished; adding the key again mends that. */
  isValid: boolean;
  sizeBytes: number;
  /** How often queries went through them since they were built; an offline load builds them again. */
  scans: number;
  createdAt: Date;
}

export interface AddedKey extends PromotedKey {
  /** Indexes that this call made; the others were there. */
  built: string[];
  elapsedMs: number;
}
