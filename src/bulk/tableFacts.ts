// What there is to know of a live table before rows are sent to it.

import type { TypeFacts } from "./codecs/types.ts";

export type RelationKind = "table" | "partitioned" | "view" | "materialized view" | "foreign";

export interface ColumnFacts {
  name: string;
  type: TypeFacts;
  /** By the column itself, or by its domain. */
  isNotNull: boolean;
  identity: "always" | "by default" | null;
  /** Stored or virtual: the server computes it, nobody writes it. */
  isGenerated: boolean;
  /** The default as SQL, the domain's where the column has none; null without one, and for identity columns. */
  defaultSql: string | null;
  /** Quoted and qualified, when it is not the database's own: what counts as equal may depend on it. */
  collation: string | null;
}

export interface UniqueIndexFacts {
  indexName: string;
  /** Null for an index that was made by `create unique index`. */
  constraintName: string | null;
  /** The key's columns in its order, without INCLUDE; parts that are expressions are left out. */
  columns: readonly string[];
  isPrimary: boolean;
  /** Two NULLs are equal (PostgreSQL 15 and newer). */
  nullsNotDistinct: boolean;
  /** Why ON CONFLICT cannot use it; null when it can. */
  unusable: "invalid" | "deferrable" | "partial" | "expression" | null;
}

export interface TableFacts {
  schema: string;
  name: string;
  kind: RelationKind;
  persistence: "permanent" | "unlogged" | "temporary";
  /** Row security applies to the role that asked. */
  hasRowSecurity: boolean;
  /** Enabled rules for INSERT or UPDATE. */
  hasWriteRules: boolean;
  /** Enabled BEFORE INSERT row triggers, on partitions as well. */
  hasBeforeInsertTrigger: boolean;
  /** Its rows lie in shards of a Citus cluster, under transaction ids of their own servers. */
  isDistributed: boolean;
  /** In the table's order. */
  columns: readonly ColumnFacts[];
  /** The primary key first, then by name. */
  uniqueIndexes: readonly UniqueIndexFacts[];
}
