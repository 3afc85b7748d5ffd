// The table in long form as Arrow IPC: record batches of columns, names as dictionaries that grow from batch to batch.

import { open } from "node:fs/promises";
import type { Data, RecordBatch, Schema } from "apache-arrow";
import { arrowColumns } from "./arrowColumns.ts";
import type { LongBatch } from "./longRows.ts";
import { writeAll } from "./parquet.ts";

interface ArrowOptions {
  /** `file` can be read from anywhere in it, `stream` from the beginning only. */
  kind: "file" | "stream";
}

/** @returns bytes */
export async function writeArrow(
  path: string,
  batches: AsyncIterable<LongBatch>,
  { kind }: ArrowOptions,
): Promise<number> {
  // Loaded when it is needed: it is large.
  const arrow = await import("apache-arrow");
  const columns = arrowColumns(arrow);
  const schema = new arrow.Schema(columns.fields);
  const file = await open(path, "wx");
  try {
    const pieces = await openWriter(schema, kind);
    let bytes = 0;
    const flush = async (): Promise<void> => {
      for (const piece of pieces.take()) {
        await writeAll(file, piece);
        bytes += piece.length;
      }
    };
    for await (const batch of batches) {
      const data = arrow.makeData({
        type: new arrow.Struct(columns.fields),
        length: batch.rows,
        nullCount: 0,
        children: columns.dataOf(batch) as Data[],
      });
      pieces.write(new arrow.RecordBatch(schema, data));
      await flush();
    }
    pieces.finish();
    await flush();
    return bytes;
  } finally {
    await file.close();
  }
}

interface Pieces {
  write(batch: RecordBatch): void;
  finish(): void;
  /** What was written since the last time. */
  take(): Uint8Array[];
}

/** The package's writers hand on through a queue that does not say when it is empty: here they hand on at once. */
async function openWriter(schema: Schema, kind: "file" | "stream"): Promise<Pieces> {
  const { RecordBatchFileWriter, RecordBatchStreamWriter } = await import("apache-arrow");
  let pieces: Uint8Array[] = [];
  const keep = (chunk: unknown): number => {
    const { buffer, byteOffset, byteLength } = chunk as Uint8Array;
    // A copy: the writer's own buffers may be views of what is changed afterwards.
    const bytes = Uint8Array.from(new Uint8Array(buffer, byteOffset, byteLength));
    if (bytes.length > 0) pieces.push(bytes);
    return bytes.length;
  };
  class FileWriter extends RecordBatchFileWriter {
    protected override _write(chunk: unknown): this {
      this._position += keep(asBytes(chunk));
      return this;
    }
  }
  class StreamWriter extends RecordBatchStreamWriter {
    protected override _write(chunk: unknown): this {
      this._position += keep(asBytes(chunk));
      return this;
    }
  }
  const writer = kind === "file" ? new FileWriter() : new StreamWriter();
  writer.reset(undefined, schema);
  return {
    write: (batch) => writer.write(batch),
    finish: () => void writer.finish(),
    take: () => {
      const taken = pieces;
      pieces = [];
      return taken;
    },
  };
}

function asBytes(chunk: unknown): Uint8Array {
  if (typeof chunk === "string") return Buffer.from(chunk);
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return new Uint8Array(chunk as ArrayBuffer);
}
