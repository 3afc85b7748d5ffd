// Records as rows of COPY, in either format.

import { BinaryBuffer } from "./binaryBuffer.ts";
import { Misfit } from "./codecs/types.ts";
import {
  type EncodedColumn,
  missingValue,
  parseDefault,
  rowProblem,
  rowTooLong,
  unreadable,
} from "./encodedColumn.ts";
import { makeLineEncoder } from "./encodeText.ts";
import { type ExtraFields, makeRecordReader } from "./recordValues.ts";
import type { BulkRecord, Row, RowProblem } from "./types.ts";

export interface EncoderOptions {
  format: "text" | "binary";
  /** `ignore` leaves fields out that are no columns; `reject` refuses the record. */
  extraFields: ExtraFields;
}

export interface RowEncoder {
  /**
   * Adds one row to `out`: a line of text, or int16 count of fields and the fields. A problem leaves `out` as it was.
   * Never throws: whatever a record does when it is read is a problem of that record.
   */
  encode(record: BulkRecord, out: BinaryBuffer): RowProblem | null;
}

/** A message of the protocol and a tuple of the server both end at 1 GiB (MaxAllocSize). */
const maxRowBytes = 0x3fff_ffff;

/** @throws CopycatError USAGE when a column cannot hold its own default */
export function makeEncoder(columns: readonly EncodedColumn[], options: EncoderOptions): RowEncoder {
  const read = makeRecordReader(columns, options.extraFields);
  const write = options.format === "text" ? makeTextWriter(columns) : makeBinaryWriter(columns);
  return {
    encode(record, out) {
      const start = out.position;
      let problem: RowProblem | null;
      try {
        const values = read(record);
        problem = isProblem(values) ? values : write(values, out);
      } catch (error) {
        problem = unreadable(error);
      }
      if (problem === null && out.position - start > maxRowBytes) problem = rowTooLong();
      if (problem !== null) out.truncate(start);
      return problem;
    },
  };
}

type WriteRow = (values: Row, out: BinaryBuffer) => RowProblem | null;

function isProblem(values: Row | RowProblem): values is RowProblem {
  return !Array.isArray(values);
}

function makeTextWriter(columns: readonly EncodedColumn[]): WriteRow {
  const encodeLine = makeLineEncoder(columns);
  return (values, out) => {
    const line = encodeLine(values);
    if (typeof line !== "string") return line;
    out.writeUtf8(line);
    return null;
  };
}

/** Length of a field that is NULL. */
const nullLength = -1;

function makeBinaryWriter(columns: readonly EncodedColumn[]): WriteRow {
  const plans = columns.map((column) => ({ column, codec: column.codec, ...fillers(column) }));
  return (values, out) => {
    out.writeInt16(plans.length);
    let index = 0;
    try {
      for (; index < plans.length; index++) {
        const plan = plans[index] as (typeof plans)[number];
        const value = values[index];
        if (value === null || value === undefined) {
          const filler = value === null ? plan.nullField : plan.undefinedField;
          if (filler === null) return missingValue(plan.column);
          out.writeBytes(filler);
          continue;
        }
        const parsed = plan.codec.parse(value);
        if (parsed instanceof Misfit) return rowProblem(parsed, plan.column);
        plan.codec.writeBinary(parsed, out);
      }
      return null;
    } catch (error) {
      return unreadable(error, plans[index]?.column);
    }
  };
}

/** Fields that stand for undefined and for null; null where the row is refused. */
function fillers(column: EncodedColumn): { undefinedField: Buffer | null; nullField: Buffer | null } {
  const scratch = new BinaryBuffer(64);
  scratch.writeInt32(nullLength);
  const nullField = scratch.take();
  const parsed = parseDefault(column);
  const required = column.required === true;
  const otherwise = required ? null : nullField;
  if (parsed === undefined) return { undefinedField: otherwise, nullField: otherwise };
  column.codec.writeBinary(parsed, scratch);
  const field = scratch.take();
  return { undefinedField: field, nullField: required ? field : nullField };
}
