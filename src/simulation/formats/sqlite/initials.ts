// Initial datasets of an SQLite file, in their three formats.

import type { InitialDataset, JsonObject } from "../../types.ts";
import { binaryInitial, parseInitial } from "../initialDocument.ts";
import { isObject, Mistake } from "../mistake.ts";
import { parseDocument } from "../readDocument.ts";
import { makeEntityData, readArrays } from "./arrays.ts";
import type { SqliteReader, SqliteValue } from "./reader.ts";
import type { SqliteSchema } from "./schema.ts";

interface InitialRow {
  id: SqliteValue;
  format: SqliteValue;
  data: SqliteValue;
}

/** In the order of their names. */
export function listInitialNames(database: SqliteReader, { hasInitial }: SqliteSchema): string[] {
  if (!hasInitial) return [];
  const rows = database.all("select dataset_name as name from initial_dataset order by dataset_name");
  return rows.map(({ name }) => String(name));
}

/** @throws Mistake */
export function readInitialRow(
  database: SqliteReader,
  schema: SqliteSchema,
  name: string,
): InitialDataset | null {
  if (!schema.hasInitial) return null;
  const row = database.get<InitialRow>(
    "select id, format, data from initial_dataset where dataset_name = ?",
    [name],
  );
  if (row === null) return null;
  // The name of the choice, in capitals or not, as the program's library writes it.
  const format = String(row.format).toLowerCase();
  if (format === "entity_based") return readEntities(database, schema, { name, row });
  const bytes = bytesOf(row.data);
  if (format === "binary" && bytes !== null) return binaryInitial(name, bytes);
  if (format === "unstructured" && bytes !== null) {
    const initial = parseInitial(name, parseDocument(bytes, "json"), bytes);
    if (initial !== null) return initial;
  }
  throw new Mistake(
    "invalid_initial",
    "",
    bytes === null
      ? "It has no data."
      : `Its format is ${JSON.stringify(row.format)}; known are entity_based, unstructured and binary.`,
  );
}

function readEntities(
  database: SqliteReader,
  { hasInitialAttributes }: SqliteSchema,
  { name, row }: { name: string; row: InitialRow },
): InitialDataset {
  const rows = hasInitialAttributes
    ? readArrays(database, { link: "initial_dataset_attribute", owners: [Number(row.id)] })
    : [];
  const bytes = bytesOf(row.data);
  return {
    name,
    format: "entity_based",
    metadata: bytes === null || bytes.length === 0 ? {} : parseMetadata(bytes),
    dataKey: "data",
    data: makeEntityData(rows),
    document: null,
  };
}

function parseMetadata(bytes: Buffer): JsonObject {
  const document = parseDocument(bytes, "json");
  return isObject(document) ? (document as JsonObject) : {};
}

function bytesOf(data: SqliteValue): Buffer | null {
  if (typeof data === "string") return Buffer.from(data);
  return data instanceof Uint8Array ? Buffer.from(data) : null;
}
