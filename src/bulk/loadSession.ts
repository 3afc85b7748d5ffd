// What one load carries along: its options, its rejects, its progress.

import type { Batch, OnProblem } from "./batch.ts";
import type { BulkLoadOptions, BulkProgress } from "./loadOptions.ts";
import { recordToJson } from "./recordJson.ts";
import { RefusedRecord } from "./refusedRecord.ts";
import { RejectSink, serverReject } from "./rejects.ts";
import type { ResolvedTable } from "./resolveTable.ts";

/** Progress is told at most so often. */
const intervalMs = 100;

export class LoadSession {
  readonly table: ResolvedTable;
  readonly options: BulkLoadOptions;
  readonly rejects: Pick<RejectSink, "add" | "count">;
  readonly #start = performance.now();
  readonly #tells: boolean;
  #lastTold = 0;
  #rows = 0;
  #bytes = 0;

  constructor(
    table: ResolvedTable,
    options: BulkLoadOptions,
    rejects: Pick<RejectSink, "add" | "count"> = new RejectSink(options),
    tells = true,
  ) {
    this.#tells = tells;
    this.table = table;
    this.options = options;
    this.rejects = rejects;
  }

  readonly onProblem: OnProblem = (position, { code, message, column }, record) =>
    this.rejects.add({
      position,
      code,
      message,
      ...(column === "" ? {} : { column }),
      record: record instanceof RefusedRecord ? record.record : recordToJson(record, this.table.columns),
    });

  /** Tells what the server refused of a batch. */
  async refuse(batch: Batch, refusals: readonly { index: number; error: unknown }[]): Promise<void> {
    for (const { index, error } of refusals) {
      const record = batch.records[index];
      const json = record === undefined ? "null" : recordToJson(record, this.table.columns);
      await this.rejects.add(serverReject(error, batch.positions[index] ?? 0, json));
    }
  }

  sent(batch: Batch): void {
    this.#rows += batch.read;
    this.#bytes += batch.bytes.length;
    this.tell("copy", this.#rows, false);
  }

  tell(phase: BulkProgress["phase"], rows: number, isSure: boolean): void {
    const { onProgress, totalRows } = this.options;
    const now = performance.now();
    if (onProgress === undefined || !this.#tells || (!isSure && now - this.#lastTold < intervalMs)) return;
    this.#lastTold = now;
    const elapsedMs = Math.round(now - this.#start);
    const rowsPerSecond = Math.round((rows * 1000) / Math.max(1, elapsedMs));
    onProgress({
      phase,
      rows,
      bytes: this.#bytes,
      rejected: this.rejects.count,
      elapsedMs,
      rowsPerSecond,
      etaMs:
        totalRows === undefined || rows === 0
          ? null
          : Math.round((elapsedMs / rows) * Math.max(0, totalRows - rows)),
    });
  }
}
