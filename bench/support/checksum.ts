// A checksum of a table that does not depend on the order of its rows, computed by the server from what it stored and
// by us from what it should have stored.

import { createHash } from "node:crypto";

/** The first 48 bits of a row's md5. */
export function rowChecksum(parts: readonly (string | Uint8Array)[]): bigint {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return BigInt(hash.digest().readUIntBE(0, 6));
}

/** The sum of the same over all rows; `bytes` is an expression of type bytea. */
export function checksumSql(table: string, bytes: string): string {
  return `select count(*)::int as rows, coalesce(sum(('x' || left(md5(${bytes}), 12))::bit(48)::bigint), 0)::text as checksum from ${table}`;
}

export interface TableState {
  rows: number;
  checksum: string;
}

/** @throws Error when the table holds anything but what it should: a wrong load has no speed. */
export function checkState(label: string, found: TableState | undefined, expected: TableState): void {
  if (found?.rows === expected.rows && found.checksum === expected.checksum) return;
  const [is, should] = [found, expected].map((state) => JSON.stringify(state));
  throw new Error(`${label}: the table holds ${is} and should hold ${should}`);
}
