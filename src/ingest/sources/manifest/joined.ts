// What is joined, and what comes of it.

import type { Table, TableBlock, TableRow } from "../../../manifest/index.ts";

export interface Tables {
  entities: Table;
  artifacts: Table;
  /** The column of both that joins them. */
  uid: string;
}

/** An entity with all its artifacts; without an entity, artifacts that belong to none. */
export interface JoinedEntity {
  entity: TableRow | null;
  artifacts: TableRow[];
  /** The uid was an earlier entity's: this one cannot be taken. */
  isRepeated: boolean;
}

/** Null for a row that cannot be joined: it has none, or a problem. */
export function uidAt(block: TableBlock, column: string, row: number): string | null {
  return block.problem(row) === null ? (block.columns.get(column)?.text(row) ?? null) : null;
}

export function uidOf({ block, index }: TableRow, column: string): string | null {
  return uidAt(block, column, index);
}

/** 32 bits: FNV-1a. */
export function hashUid(uid: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < uid.length; index++) {
    value = Math.imul(value ^ uid.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
