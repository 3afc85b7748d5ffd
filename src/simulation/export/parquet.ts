// The table in long form as Parquet, row group by row group, so that memory stays flat.

import { type FileHandle, open } from "node:fs/promises";
import type { LongBatch } from "./longRows.ts";
import { rowsPerBatch } from "./longRows.ts";

type PhysicalType = "INT64" | "INT32" | "DOUBLE" | "BYTE_ARRAY";

const plain = (name: string, type: PhysicalType) => ({ name, type, repetition_type: "OPTIONAL" }) as const;
const text = (name: string) => ({ ...plain(name, "BYTE_ARRAY"), converted_type: "UTF8" }) as const;
const optional = { repetition_type: "OPTIONAL" } as const;

/** Three levels, as the format has it: the list, its repeated entries, their elements, any of which may be null. */
const list = (name: string, element: ReturnType<typeof plain | typeof text>) =>
  [
    { name, ...optional, num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    element,
  ] as const;

const schema = [
  { name: "root", num_children: 12 },
  plain("timestamp", "INT64"),
  plain("iteration", "INT32"),
  text("dataset"),
  text("group"),
  plain("id", "INT64"),
  text("attribute"),
  plain("value", "DOUBLE"),
  text("text"),
  ...list("list", plain("element", "DOUBLE")),
  ...list("text_list", text("element")),
  plain("components", "INT32"),
  text("origin"),
];

/** @returns bytes */
export async function writeParquet(path: string, batches: AsyncIterable<LongBatch>): Promise<number> {
  // Loaded when it is needed, which is seldom.
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const file = await open(path, "wx");
  try {
    const writer = new ByteWriter();
    const parquet = new ParquetWriter({ writer, schema, createdBy: "copycat" });
    let bytes = 0;
    const flush = async (): Promise<void> => {
      const piece = writer.getBytes();
      await writeAll(file, piece);
      bytes += piece.length;
      // The writer counts on from where it was.
      writer.index = 0;
    };
    for await (const batch of batches) {
      await parquet.write({ columnData: columnsOf(batch), rowGroupSize: rowsPerBatch });
      await flush();
    }
    await parquet.finish();
    await flush();
    return bytes;
  } finally {
    await file.close();
  }
}

function columnsOf(batch: LongBatch): { name: string; data: unknown[] }[] {
  return [
    { name: "timestamp", data: batch.timestamp },
    { name: "iteration", data: batch.iteration },
    { name: "dataset", data: batch.dataset },
    { name: "group", data: batch.group },
    { name: "id", data: batch.id },
    { name: "attribute", data: batch.attribute },
    { name: "value", data: batch.value },
    { name: "text", data: batch.text },
    { name: "list", data: batch.list },
    { name: "text_list", data: batch.textList },
    { name: "components", data: batch.components },
    { name: "origin", data: batch.origin },
  ];
}

/** One write may take less than it was given. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
  }
}
