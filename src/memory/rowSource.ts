// Records on their way to the engine, and rejects on their way back.

import { type BulkRecord, RefusedRecord, type RejectedRow } from "../bulk/index.ts";
import { recordToJson } from "../bulk/recordJson.ts";
import { CopycatError } from "../errors.ts";
import { aside, words } from "../wording.ts";
import type { Kind } from "./kinds.ts";
import { keyText, type Shaper } from "./shape/shaper.ts";

/** Where a reader leaves the text of a record, for the rejects; a symbol is no field. */
export const recordText = Symbol("text of the record");

export type RecordsOf<Value> = Iterable<Value> | AsyncIterable<Value>;

/** Records, or a function that gives them each time it is called. */
export type ReadRecords = RecordsOf<unknown> | (() => RecordsOf<unknown>);

interface RejectHandling {
  onReject?: (reject: RejectedRow) => void | Promise<void>;
  onError?: "reject" | "abort";
  maxRejects?: number;
  onRestart?: () => void;
}

/** What the engine reads: an array in the columns' order or an object by their names; or why there is none in that place. */
export type SourceRow = BulkRecord | RefusedRecord;

export class RowSource {
  /** What the engine reads. */
  readonly rows: RecordsOf<SourceRow> | (() => RecordsOf<SourceRow>);
  readonly #kind: Kind;
  readonly #shaper: Shaper;
  readonly #handling: RejectHandling;
  /** Fields of the records refused here whose rejects the engine has not told yet, by place. */
  readonly #refused = new Map<number, string | undefined>();
  #last: { position: number; record: unknown } = { position: -1, record: undefined };
  #rejects = 0;

  constructor(kind: Kind, shaper: Shaper, records: ReadRecords, handling: RejectHandling) {
    this.#kind = kind;
    this.#shaper = shaper;
    this.#handling = handling;
    this.rows = typeof records === "function" ? () => this.#shapeAll(records()) : this.#shapeAll(records);
  }

  /** Before the records are read a second time. */
  restart(): void {
    this.#refused.clear();
    this.#rejects = 0;
    this.#handling.onRestart?.();
  }

  /**
   * @throws CopycatError INVALID_INPUT when nobody is there to be told; TOO_MANY_REJECTS
   */
  async onReject(reject: RejectedRow): Promise<void> {
    const told = this.#explain(reject);
    const { onReject, maxRejects = Number.POSITIVE_INFINITY } = this.#handling;
    const onError = this.#handling.onError ?? (onReject === undefined ? "abort" : "reject");
    this.#rejects += 1;
    await onReject?.(told);
    if (onError === "abort") throw new CopycatError("INVALID_INPUT", told.message);
    if (this.#rejects > maxRejects) {
      throw new CopycatError(
        "TOO_MANY_REJECTS",
        words(
          `More than ${maxRejects} records were rejected`,
          aside("maxRejects"),
          `, the last one for: ${told.message}. Nothing was changed.`,
        ),
      );
    }
  }

  #shapeAll(records: RecordsOf<unknown>): RecordsOf<SourceRow> {
    return Symbol.asyncIterator in records ? this.#shapeAsync(records) : this.#shapeSync(records);
  }

  *#shapeSync(records: Iterable<unknown>): Generator<SourceRow> {
    let position = 0;
    for (const record of records) yield this.#shape(record, position++);
  }

  async *#shapeAsync(records: AsyncIterable<unknown>): AsyncGenerator<SourceRow> {
    let position = 0;
    for await (const record of records) yield this.#shape(record, position++);
  }

  #shape(record: unknown, position: number): SourceRow {
    this.#last = { position, record };
    if (record instanceof RefusedRecord) {
      this.#refused.set(position, undefined);
      return record;
    }
    if (this.#shaper.isRow(record)) return record;
    const shaped = this.#shaper.shape(record, position);
    if ("row" in shaped) return shaped.row;
    const { code, message, column } = shaped.problem;
    this.#refused.set(position, column);
    return new RefusedRecord(code, message, textOf(record));
  }

  /** What a codec or the server refused, with the words of this kind; what was refused here has them already. */
  #explain(reject: RejectedRow): RejectedRow {
    const { position } = reject;
    if (this.#refused.has(position)) {
      const column = this.#refused.get(position);
      this.#refused.delete(position);
      return column === undefined ? reject : { ...reject, column };
    }
    const { fields } = this.#shaper;
    const record = JSON.parse(reject.record) as Record<string, unknown>;
    const row = fields.map(({ column }) => record[column]);
    const key = keyText(this.#kind, fields, row);
    const name = `${this.#kind.noun} ${position}${key === "" ? "" : ` (${key})`}`;
    // What was read last is what the codecs have just refused; its own text is better than that of the row.
    const text = this.#last.position === position ? textOf(this.#last.record) : reject.record;
    return { ...reject, message: `${name}: ${reject.message}`, record: text };
  }
}

function textOf(record: unknown): string {
  const text =
    typeof record === "object" && record !== null && recordText in record ? record[recordText] : null;
  return typeof text === "string" ? text : recordToJson(record, []);
}
