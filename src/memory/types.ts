// The words of the memory store.

import type { RawJson } from "../json.ts";

export type MemoryKind = "entries" | "patterns" | "trajectories";

export const memoryKinds: readonly MemoryKind[] = ["entries", "patterns", "trajectories"];

/** How embeddings are stored: pgvector's types, or an array where there is no pgvector. */
export type EmbeddingType = "vector" | "halfvec" | "real[]";

export interface Embedding {
  type: EmbeddingType;
  /** Numbers in one; null when the column takes any (of a store that copycat did not make). */
  dimensions: number | null;
}

/** Numbers of an embedding; float4 is what is stored, 0.1 comes back as 0.1. */
export type Vector = readonly number[] | Float32Array | Float64Array;

/** A JSON object; `RawJson` is text that is stored as it is written, for numbers that JavaScript would blur. */
export type JsonObject = Readonly<Record<string, unknown>> | RawJson;

/** A moment: a Date, or ISO 8601 text, exact to the microsecond; without an offset it is UTC. */
export type Moment = Date | string;

interface Shared {
  embedding?: Vector | null;
  /** Default `{}`. */
  metadata?: JsonObject | null;
  /** Default: the time of the load. */
  created_at?: Moment | null;
  updated_at?: Moment | null;
}

/** Field names are those of the columns; their camelCase twins (`expiresAt`) are taken as well. */
export interface MemoryEntryInput extends Shared {
  namespace: string;
  key: string;
  value: string;
  /** Default none. */
  tags?: readonly string[] | null;
  /** When the entry is gone; or, instead of it, the seconds from now. Default: never. */
  expires_at?: Moment | null;
  expiresAt?: Moment | null;
  ttlSeconds?: number | null;
}

export interface PatternInput extends Shared {
  name: string;
  pattern_type: string;
  description?: string | null;
  /** Default 0.5, for null as well. */
  confidence?: number | null;
  /** Default 0. An update adds it to what is stored. */
  usage_count?: number | null;
  success_count?: number | null;
}

export interface TrajectoryInput extends Shared {
  trajectory_id: string;
  step_number: number;
  action: string;
  /** Any JSON. */
  state?: unknown;
  /** Default 0. */
  reward?: number | null;
}

/** An entry as it is read. */
export interface MemoryEntry {
  namespace: string;
  key: string;
  value: string;
  metadata: Record<string, unknown>;
  tags: string[];
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date | null;
}

export interface FoundEntry
  extends Pick<MemoryEntry, "namespace" | "key" | "value" | "metadata" | "tags" | "createdAt"> {
  /** Cosine, from -1 to 1. */
  similarity: number;
}
