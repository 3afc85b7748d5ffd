// The files of a data source.

import { itemTexts, memberTexts } from "../../files/index.ts";
import { quote } from "../checkKey.ts";
import { normaliseDataUri } from "../fileUri.ts";
import { Refusal, refuseIf } from "../problem.ts";
import { Fields, fieldNames, listOf, mismatch, objectOf, shortTextOf, textOf } from "./fields.ts";
import type { Asset } from "./types.ts";

const where = "data_source.assets";
const assetFields = fieldNames(["data_uri", "is_directory", "size", "parameter", "num"]);
const maxSize = 2n ** 63n - 1n;
const maxNum = 2 ** 31 - 1;

/**
 * The assets of a data source, checked as PostgreSQL's keys and Tiled's triggers would.
 *
 * An asset without `parameter` gets what Tiled writes: `data_uri` for one file, `data_uris` and its place in
 * the list (0, 1, ...) for several.
 *
 * @param text the exact JSON of `value`, from which sizes beyond 2^53 are taken
 */
export function readAssets(value: unknown, text: string): Asset[] {
  if (value === undefined || value === null) return [];
  const items = listOf(where, value);
  const assets = items.map((item, index) => readAsset(item, { index, count: items.length, text }));
  checkTogether(assets);
  return assets;
}

interface Place {
  index: number;
  count: number;
  /** JSON of the whole list. */
  text: string;
}

function readAsset(value: unknown, place: Place): Asset {
  const field = `${where}[${place.index}]`;
  const fields = new Fields(objectOf(field, value), assetFields, field);
  const dataUri = normaliseDataUri(textOf(`${field}.data_uri`, fields.get("data_uri")));
  if (typeof dataUri !== "string") {
    throw new Refusal(dataUri.code, `${field}.data_uri: ${dataUri.message}`);
  }
  const isDirectory = fields.get("is_directory") ?? false;
  if (typeof isDirectory !== "boolean") throw mismatch(`${field}.is_directory`, "true or false", isDirectory);
  const parameter = fields.get("parameter");
  const hasDefault = parameter === undefined;
  const number = fields.get("num") ?? (hasDefault && place.count > 1 ? place.index : null);
  return {
    dataUri,
    isDirectory,
    size: readSize(fields.get("size"), () => exactMember(place, fields.key("size"))),
    parameter: hasDefault ? (place.count > 1 ? "data_uris" : "data_uri") : readParameter(field, parameter),
    num: readNum(`${field}.num`, number),
  };
}

function readParameter(field: string, value: unknown): string | null {
  return value === null ? null : shortTextOf(`${field}.parameter`, value);
}

function readNum(field: string, value: unknown): number | null {
  if (value === null) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maxNum) return value;
  throw mismatch(field, "null or an integer from 0 to 2147483647", value);
}

/** Bytes as digits. `exact` gives the number as it was written; it is asked only when a double blurs it. */
function readSize(value: unknown, exact: () => string): string | null {
  if (value === undefined || value === null) return null;
  const digits = typeof value === "number" && !Number.isSafeInteger(value) ? exact() : String(value);
  if (/^\d{1,19}$/.test(digits) && BigInt(digits) <= maxSize) return BigInt(digits).toString();
  throw mismatch(`${where}.size`, "null or a number of bytes up to 2^63-1", value);
}

function exactMember(place: Place, key: string): string {
  const item = itemTexts(place.text)[place.index];
  return item === undefined ? "" : (memberTexts(item).get(key) ?? "");
}

function checkTogether(assets: readonly Asset[]): void {
  if (assets.length < 2) return;
  const uris = new Set<string>();
  const numbers = new Map<string | null, Set<number | null>>();
  for (const { dataUri, parameter, num } of assets) {
    if (uris.has(dataUri)) {
      throw new Refusal(
        "duplicate_asset",
        `${where} has ${quote(dataUri)} twice; a data source takes it once.`,
      );
    }
    uris.add(dataUri);
    // A parameter that is null compares with nothing, neither in the triggers nor in the unique key.
    if (parameter === null) continue;
    const seen = numbers.get(parameter) ?? new Set();
    refuseIf(seen.size === 0 ? null : clash(parameter, num, seen));
    numbers.set(parameter, seen.add(num));
  }
}

/** Tiled's triggers: under one parameter either one asset without `num`, or distinct integers. */
function clash(parameter: string, num: number | null, seen: Set<number | null>) {
  if (num !== null && !seen.has(null) && !seen.has(num)) return null;
  const rule = "one asset with num null, or several with different integers";
  return {
    code: "mixed_asset_numbers" as const,
    message: `${where}: the parameter ${quote(parameter)} must have ${rule}.`,
  };
}
