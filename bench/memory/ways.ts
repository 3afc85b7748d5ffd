// The ways to get entries into the table. Each is one transaction, on connections that are open already.

import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Database } from "../../src/index.ts";
import type { Entry } from "./entries.ts";
import { loadOurs } from "./ours.ts";
import { encodeBinary } from "./rawBinary.ts";
import { encodeText } from "./rawText.ts";
import { columns, type EmbeddingType, table } from "./table.ts";

export const wayNames = [
  "insert",
  "insert1000",
  "copyText",
  "copyTextEncoding",
  "copyBinary",
  "copyBinaryEncoding",
  "ours",
] as const;
export type WayName = (typeof wayNames)[number];

export const labels: Record<WayName, string> = {
  insert: "single-row INSERT, prepared",
  insert1000: "INSERT of 1,000 rows, prepared",
  copyText: "COPY text, bytes made beforehand",
  copyTextEncoding: "COPY text, encoding included",
  copyBinary: "COPY binary, bytes made beforehand",
  copyBinaryEncoding: "COPY binary, encoding included",
  ours: "copycat: checks, encoding, COPY, counts",
};

/** Raw COPY without any check: the yardsticks. */
export const rawWays: readonly WayName[] = [
  "copyText",
  "copyTextEncoding",
  "copyBinary",
  "copyBinaryEncoding",
];
export const rawEncodingWays: readonly WayName[] = ["copyTextEncoding", "copyBinaryEncoding"];

/** What takes a few seconds for 100,000 rows. */
export const fastWays: readonly WayName[] = ["copyBinary", "copyBinaryEncoding", "ours"];

export interface Load {
  client: pg.Client;
  database: Database;
  entries: readonly Entry[];
  embedding: EmbeddingType;
  /** Bytes made beforehand; the text in a file, since it is five times as long and would crowd the others' memory. */
  encoded: { textFile: string; binary: readonly Buffer[] };
}

export type Way = (load: Load) => Promise<void>;

export const ways: Record<WayName, Way> = {
  insert: (load) => insert(load, 1),
  insert1000: (load) => insert(load, 1000),
  copyText: (load) =>
    copy(load, "text", createReadStream(load.encoded.textFile, { highWaterMark: 512 * 1024 })),
  copyTextEncoding: (load) => copy(load, "text", encodeText(load.entries, load.embedding)),
  copyBinary: (load) => copy(load, "binary", load.encoded.binary),
  copyBinaryEncoding: (load) => copy(load, "binary", encodeBinary(load.entries, load.embedding)),
  async ours({ database, entries }) {
    const inserted = await loadOurs(database, entries);
    if (inserted !== entries.length) throw new Error(`reported ${inserted} of ${entries.length} rows`);
  },
};

async function insert({ client, entries, embedding }: Load, rowsAtOnce: number): Promise<void> {
  await client.query("begin");
  for (let start = 0; start < entries.length; start += rowsAtOnce) {
    const rows = entries.slice(start, start + rowsAtOnce);
    await client.query({
      name: `insert_${rows.length}`,
      text: insertSql(rows.length),
      values: rows.flatMap((entry) => valuesOf(entry, embedding)),
    });
  }
  await client.query("commit");
}

const statements = new Map<number, string>();

function insertSql(rows: number): string {
  const known = statements.get(rows);
  if (known !== undefined) return known;
  const width = columns.length;
  const row = (first: number): string => `(${columns.map((_unused, index) => `$${first + index + 1}`)})`;
  const list = Array.from({ length: rows }, (_unused, index) => row(index * width)).join(", ");
  const text = `insert into ${table} (${columns.join(", ")}) values ${list}`;
  statements.set(rows, text);
  return text;
}

/** As pg's and pgvector's documentation have it: arrays as arrays, vectors and JSON as their text. */
function valuesOf(
  { namespace, key, value, embedding, metadata, tags }: Entry,
  type: EmbeddingType,
): unknown[] {
  const numbers = type === "vector" ? JSON.stringify(embedding) : embedding;
  return [namespace, key, value, numbers, JSON.stringify(metadata), tags];
}

async function copy(
  { client }: Load,
  format: "text" | "binary",
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
): Promise<void> {
  await client.query("begin");
  const stream = client.query(
    copyFrom(`copy ${table} (${columns.join(", ")}) from stdin with (format ${format})`),
  );
  await pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 4 }), stream);
  await client.query("commit");
}
