// The document of an initial dataset -> arrays where all of it can be one, else the document as it is.

import type { InitialDataset, JsonObject, JsonValue } from "../types.ts";
import { type DataPart, findData } from "./document.ts";
import { parseEntityData } from "./entityData.ts";
import { isObject, Mistake } from "./mistake.ts";
import { stringifyJson } from "./parseJson.ts";

/**
 * `entity_based` when every group has `id` and lists of one length; else `unstructured`, with the bytes as they are.
 *
 * @param bytes of the JSON document; null when there is none (MessagePack), then it is written anew
 * @returns `binary` never; null when the document cannot be said in JSON
 */
export function parseInitial(
  name: string,
  document: unknown,
  bytes: Uint8Array | null,
): InitialDataset | null {
  const part = attempt(() => findData(document, name));
  const metadata = metadataOf(document, part);
  if (metadata === null) return null;
  const dataKey = part?.key ?? "data";
  const data =
    part === null ? null : attempt(() => parseEntityData(part.value, { path: "", needsIds: true }));
  if (data !== null) return { name, format: "entity_based", metadata, dataKey, data, document: null };
  if (bytes === null && !isJson(document)) return null;
  const written = bytes ?? Buffer.from(stringifyJson(document));
  return { name, format: "unstructured", metadata, dataKey, data: null, document: written };
}

export function binaryInitial(name: string, bytes: Uint8Array): InitialDataset {
  return { name, format: "binary", metadata: {}, dataKey: "data", data: null, document: bytes };
}

/** Null instead of a mistake. */
function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof Mistake) return null;
    throw error;
  }
}

/** All keys but the data; of a document without data only what is short. Null when JSON cannot say it. */
function metadataOf(document: unknown, part: DataPart | null): JsonObject | null {
  if (!isObject(document)) return {};
  const kept = Object.entries(document).filter(([key, value]) =>
    part === null ? key === "general" || typeof value !== "object" : key !== part.key,
  );
  if (!kept.every(([, value]) => isJson(value))) return null;
  // Not by assignment, which a key `__proto__` would not survive. Whole numbers beyond 2^53 become the nearest number.
  return Object.fromEntries(kept.map(([key, value]) => [key, asJson(value)]));
}

function asJson(value: unknown): JsonValue {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(asJson);
  if (!isObject(value)) return value as JsonValue;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asJson(part)]));
}

/** Whether JSON can say it: not bytes, dates and what else MessagePack has. */
export function isJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object" || value === null) return value !== undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype && Object.values(value).every(isJson);
}
