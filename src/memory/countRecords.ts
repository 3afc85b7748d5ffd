// A dry run where there is no store yet: everything that can be read is new.

import { type BulkReport, RefusedRecord, type RejectedRow } from "../bulk/index.ts";
import { recordToJson } from "../bulk/recordJson.ts";
import { CopycatError } from "../errors.ts";
import { describeMemoryTable } from "./describeTable.ts";
import { defaultDimensions, type EnsureOptions } from "./ensureMemory.ts";
import { kinds } from "./kinds.ts";
import type { MemoryLoadOptions } from "./loadMemory.ts";
import { type ReadRecords, RowSource } from "./rowSource.ts";
import { makeRowTexts } from "./shape/rowTexts.ts";
import { makeShaper } from "./shape/shaper.ts";
import { defaultSchema, type MemoryStore, type MemoryTable } from "./store.ts";
import type { Embedding, MemoryKind } from "./types.ts";

/** Checks records as a load into a new store would, and counts them. */
export async function countRecords(
  kind: MemoryKind,
  records: ReadRecords,
  options: MemoryLoadOptions & EnsureOptions,
): Promise<BulkReport> {
  const { dimensions = defaultDimensions, embedding = "auto", onConflict = "skip" } = options;
  const planned: Embedding = { type: embedding === "auto" ? "vector" : embedding, dimensions };
  const { fields, conflictKey } = kinds[kind];
  const table: MemoryTable = {
    columns: new Map(
      fields.map(({ column, type }) => [column, column === "embedding" ? planned.type : type]),
    ),
    embedding: planned,
  };
  const shaper = makeShaper({
    kind: kinds[kind],
    table,
    now: new Date(),
    extraFields: options.extraFields ?? "reject",
  });
  const store: MemoryStore = {
    schema: options.schema ?? defaultSchema,
    embedding: planned,
    hasVector: planned.type !== "real[]",
    vector: null,
    isOwn: true,
    isDistributed: false,
    hnswIndex: null,
    tables: { [kind]: table },
  };
  const { columns } = describeMemoryTable(store, kinds[kind], table, { fields, keepEmbedding: false });
  const toTexts = makeRowTexts(columns, planned);
  const source = new RowSource(kinds[kind], shaper, records, options);
  const keyPlaces = conflictKey.map((name) => fields.findIndex(({ column }) => column === name));
  const seen = new Set<string>();
  const report = { read: 0, inserted: 0, updated: 0, unchanged: 0, skipped: 0, duplicates: 0, rejected: 0 };
  for await (const row of typeof source.rows === "function" ? source.rows() : source.rows) {
    const position = report.read++;
    if (row instanceof RefusedRecord) {
      report.rejected += 1;
      await source.onReject({ position, code: row.code, message: row.message, record: row.record });
      continue;
    }
    const texts = toTexts(row);
    if (!Array.isArray(texts)) {
      report.rejected += 1;
      const reject: RejectedRow = { position, ...texts, record: recordToJson(row, columns) };
      await source.onReject(reject);
      continue;
    }
    const key = JSON.stringify(keyPlaces.map((place) => texts[place]));
    if (!seen.has(key)) report.inserted += 1;
    else if (onConflict !== "error") report.duplicates += 1;
    else
      throw new CopycatError("CONFLICT", `The key ${key} stands twice; policy "error" takes new rows only.`);
    seen.add(key);
  }
  return report;
}
