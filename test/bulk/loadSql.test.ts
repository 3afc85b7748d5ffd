// The engine's statements as files, so that a change of SQL is seen in review.

import { expect, test } from "vitest";
import {
  addCountsSql,
  advanceLedgerSql,
  openLedgerSql,
  readLedgerSql,
  sumLedgerSql,
} from "../../src/bulk/sql/ledger.ts";
import {
  deleteSliceSql,
  listPlacesSql,
  mergeSliceSql,
  stagedRecordsSql,
  updateSliceSql,
} from "../../src/bulk/sql/mergeStaged.ts";
import { forgetMissingSql, listMissingSql } from "../../src/bulk/sql/missing.ts";
import {
  countOwnSql,
  deleteDuplicatesSql,
  gatherDuplicatesSql,
  hasDuplicatesSql,
  widenCountersSql,
} from "../../src/bulk/sql/settle.ts";
import { differs, type StagedTable } from "../../src/bulk/sql/stagedTable.ts";

const plain = { stagingType: 'pg_catalog."text"', cast: null, comparesAsText: false };
const table: StagedTable = {
  target: ["site", 'odd "table"'],
  staging: "copycat_staging_1",
  isOrdinary: true,
  isDistributed: false,
  columns: [
    { name: "id", ...plain },
    { name: "Key", ...plain },
    { name: "mood", ...plain, cast: 'site."mood"' },
    { name: "body", ...plain, stagingType: 'pg_catalog."json"', comparesAsText: true },
    { name: "embedding", ...plain, stagingType: 'public."vector"' },
    { name: "uses", ...plain, stagingType: 'pg_catalog."int4"' },
    { name: "updated_at", ...plain },
  ],
  key: ["id", "Key"],
  set: ["mood", "body", "embedding"],
  touch: ["updated_at"],
  add: ["uses"],
  keep: ["embedding"],
};
const bare: StagedTable = { ...table, set: [], add: [], keep: [], touch: [] };

test.each([
  ["slice-skip", mergeSliceSql(table, "skip")],
  ["slice-update", mergeSliceSql(table, "update")],
  ["slice-update-key-only", mergeSliceSql(bare, "update")],
  ["slice-update-distributed", mergeSliceSql({ ...table, isDistributed: true }, "update")],
  ["slice-update-partitioned", mergeSliceSql({ ...table, isOrdinary: false }, "update")],
  ["slice-error", mergeSliceSql(table, "error")],
  ["slice-change", updateSliceSql(table)],
  ["slice-delete", deleteSliceSql(table)],
  ["slice-places", listPlacesSql(table.staging)],
  ["slice-records", stagedRecordsSql(table)],
  ["settle-has-duplicates", hasDuplicatesSql(table)],
  ["settle-widen", widenCountersSql(table)],
  ["settle-gather", gatherDuplicatesSql(table)],
  ["settle-delete-first", deleteDuplicatesSql(table, "first")],
  ["settle-delete-last", deleteDuplicatesSql(table, "last")],
  [
    "settle-own",
    countOwnSql(
      table,
      differs(table, (name) => `s."${name}"`),
    ),
  ],
  ["missing-list", listMissingSql(table)],
  ["missing-forget", forgetMissingSql(table)],
  ["ledger-open", openLedgerSql],
  ["ledger-read", readLedgerSql],
  ["ledger-advance", advanceLedgerSql],
  ["ledger-add-counts", addCountsSql],
  ["ledger-sum", sumLedgerSql],
])("%s", async (name, text) => {
  await expect(text).toMatchFileSnapshot(`golden/load-${name}.sql`);
});
