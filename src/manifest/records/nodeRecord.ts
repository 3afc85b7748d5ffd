// One node of the catalog from one JSON object.

import { itemTexts, memberTexts } from "../../files/index.ts";
import { checkKey } from "../checkKey.ts";
import { Refusal, refuseIf } from "../problem.ts";
import { objectText, readDataSource } from "./dataSource.ts";
import { exactJson } from "./exactJson.ts";
import { choiceOf, Fields, fieldNames, type JsonObject, listOf, mismatch, textOf } from "./fields.ts";
import { readSpecs } from "./specs.ts";
import { type DataSource, type NodeRecord, type StructureFamily, structureFamilies } from "./types.ts";

const nodeFields = fieldNames([
  "path",
  "structure_family",
  "metadata",
  "specs",
  "access_blob",
  "data_source",
  "data_sources",
]);

/**
 * Reads and checks a record; throws a Refusal that names the field when it cannot go in.
 *
 * @param text the JSON of `value`, as it was written
 */
export function readNodeRecord(value: JsonObject, text: string): NodeRecord {
  const fields = new Fields(value, nodeFields, "");
  const texts = memberTexts(exactJson(text));
  const path = readPath(fields.get("path"));
  const family = readFamily(fields.get("structure_family"));
  const dataSource = findDataSource(fields, texts, family);
  if (dataSource === null && family !== null && family !== "container") {
    const message = `The record is of family ${family} and has no data_source, so a server could not read it.`;
    throw new Refusal("missing_data_source", message);
  }
  return {
    path,
    structureFamily: family ?? dataSource?.structureFamily ?? "container",
    metadata: objectText("metadata", fields.get("metadata"), fields.text("metadata", texts)),
    specs: readSpecs(fields.get("specs")),
    accessBlob: objectText("access_blob", fields.get("access_blob"), fields.text("access_blob", texts)),
    dataSource,
    text,
  };
}

/** Keys from "/a/b" or ["a", "b"]. The slash in front is optional. */
function readPath(value: unknown): string[] {
  const path = typeof value === "string" ? splitPath(value) : keysOf(value);
  if (path.length === 0) throw new Refusal("empty_path", "path is empty; the root itself cannot be written.");
  for (const key of path) refuseIf(checkKey(key));
  return path;
}

function splitPath(text: string): string[] {
  const relative = text.startsWith("/") ? text.slice(1) : text;
  return relative === "" ? [] : relative.split("/");
}

function keysOf(value: unknown): string[] {
  if (value === undefined) throw new Refusal("missing_field", "path is missing: where the node belongs.");
  if (!Array.isArray(value)) throw mismatch("path", "text or a list of keys", value);
  return value.map((key: unknown, index) => textOf(`path[${index}]`, key));
}

function readFamily(value: unknown): StructureFamily | null {
  if (value === undefined || value === null) return null;
  return choiceOf("structure_family", value, { choices: structureFamilies, code: "unknown_family" });
}

function findDataSource(
  fields: Fields,
  texts: ReadonlyMap<string, string>,
  family: StructureFamily | null,
): DataSource | null {
  const one = fields.get("data_source") ?? null;
  const several = fields.get("data_sources") ?? null;
  if (one !== null && several !== null) {
    throw new Refusal("repeated_field", "The record has both data_source and data_sources; keep one.");
  }
  if (one !== null) return readDataSource(one, fields.text("data_source", texts), family);
  if (several === null) return null;
  const list = listOf("data_sources", several);
  if (list.length > 1) {
    const message = `data_sources has ${list.length} items; a node of Tiled has one data source at most.`;
    throw new Refusal("several_data_sources", message);
  }
  return list.length === 0
    ? null
    : readDataSource(list[0], itemTexts(fields.text("data_sources", texts))[0] ?? "null", family);
}
