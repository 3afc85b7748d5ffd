// The three kinds of records: their tables, fields and words. Everything else is written once for all of them.

import type { MemoryKind } from "./types.ts";

/** How a field is looked at before the engine's codec sees it. */
export type FieldCheck = "text" | "embedding" | "object" | "texts" | "moment" | "plain";

export interface Field {
  column: string;
  /** As the migrations make it; that of a store that is there is read from it. */
  type: string;
  check: FieldCheck;
  /** Stands for a value that is missing, and for null. */
  default?: unknown;
}

export interface Kind {
  table: string;
  /** In messages: `Entry 3: ...`. */
  noun: string;
  /** What a list of them is called: in messages, and in files: `{"entries": [...]}`. */
  plural: string;
  /** Fields without which there is no record; the order is that of the message. */
  required: readonly string[];
  /** How a message writes that list, the space in front included. */
  requiredText: string;
  conflictKey: readonly string[];
  fields: readonly Field[];
  /** What an update replaces, and what it adds to. */
  updates: readonly string[];
  adds: readonly string[];
}

const embedding: Field = { column: "embedding", type: "real[]", check: "embedding" };
const metadata: Field = { column: "metadata", type: "jsonb", check: "object", default: {} };
const times: readonly Field[] = [
  { column: "created_at", type: "timestamptz", check: "moment" },
  { column: "updated_at", type: "timestamptz", check: "moment" },
];

export const kinds: Readonly<Record<MemoryKind, Kind>> = {
  entries: {
    table: "memory_entries",
    noun: "Entry",
    plural: "entries",
    required: ["namespace", "key", "value"],
    requiredText: " (namespace, key, value)",
    conflictKey: ["namespace", "key"],
    fields: [
      { column: "namespace", type: "varchar(255)", check: "text" },
      { column: "key", type: "varchar(255)", check: "text" },
      { column: "value", type: "text", check: "text" },
      embedding,
      metadata,
      { column: "tags", type: "text[]", check: "texts", default: [] },
      ...times,
      { column: "expires_at", type: "timestamptz", check: "moment" },
    ],
    updates: ["value", "embedding", "metadata", "tags", "expires_at"],
    adds: [],
  },
  patterns: {
    table: "patterns",
    noun: "Pattern",
    plural: "patterns",
    required: ["name", "pattern_type"],
    requiredText: " (name, pattern_type)",
    conflictKey: ["name", "pattern_type"],
    fields: [
      { column: "name", type: "varchar(255)", check: "text" },
      { column: "pattern_type", type: "varchar(255)", check: "text" },
      { column: "description", type: "text", check: "plain" },
      embedding,
      { column: "confidence", type: "real", check: "plain", default: 0.5 },
      { column: "usage_count", type: "integer", check: "plain", default: 0 },
      { column: "success_count", type: "integer", check: "plain", default: 0 },
      metadata,
      ...times,
    ],
    updates: ["description", "embedding", "confidence", "metadata"],
    adds: ["usage_count", "success_count"],
  },
  trajectories: {
    table: "trajectories",
    noun: "Trajectory",
    plural: "trajectories",
    required: ["trajectory_id", "step_number", "action"],
    // As the system that this one replaces wrote it.
    requiredText: ": ['trajectory_id', 'step_number', 'action']",
    conflictKey: ["trajectory_id", "step_number"],
    fields: [
      { column: "trajectory_id", type: "varchar(255)", check: "text" },
      { column: "step_number", type: "integer", check: "plain" },
      { column: "action", type: "text", check: "text" },
      { column: "state", type: "jsonb", check: "plain" },
      { column: "reward", type: "real", check: "plain", default: 0 },
      embedding,
      metadata,
      ...times,
    ],
    updates: ["action", "state", "reward", "embedding", "metadata"],
    adds: [],
  },
};
