// Any JavaScript value as JSON, exactly or not at all. JSON.stringify would write NaN as null and a Map as {}.

import { RawJson } from "../../json.ts";
import type { ProblemCode } from "../types.ts";
import { kindOf, shown } from "./element.ts";
import { floatText } from "./floats.ts";
import { maxJsonDepth, rawJsonMisfit, tooDeep } from "./rawJson.ts";
import { textMisfit } from "./texts.ts";
import { Misfit } from "./types.ts";

/** Why a part of the value cannot be written, and where it stands; made only when something is refused. */
class JsonRefusal {
  readonly code: ProblemCode;
  readonly what: string;
  readonly path: string[] = [];

  constructor({ code, what }: Misfit) {
    this.code = code;
    this.what = what;
  }

  below(step: string | number): this {
    this.path.push(typeof step === "number" ? `[${step}]` : `.${JSON.stringify(step).slice(1, -1)}`);
    return this;
  }
}

const refuse = (code: ProblemCode, what: string): JsonRefusal => new JsonRefusal(new Misfit(code, what));

/**
 * JSON text of a value: bigints as digits, Dates and other things with `toJSON` by that, `RawJson` as it is, members
 * that are undefined left out. Refused are values that JSON lacks, what jsonb cannot store, and instances of
 * classes without `toJSON`, of which JSON.stringify would lose what they are.
 */
export function jsonText(value: unknown): string | Misfit {
  if (isUnremarkable(value, 0)) return JSON.stringify(value);
  const text = write(value, "", 0);
  if (typeof text === "string") return text === "" ? new Misfit("wrong_type", "cannot hold undefined") : text;
  const path = text.path.reverse().join("").replace(/^\./, "");
  return new Misfit(text.code, path === "" ? text.what : `${text.what} at ${shown(path)}`);
}

/** Deeper ones are seldom, and may lead back to themselves. */
const mostUnremarkableDepth = 8;

/**
 * Whether JSON.stringify writes exactly what `write` would, as it does for nearly all metadata. It is no faster than
 * `write`, but leaves one text behind instead of a dozen: half of the garbage of a load of embeddings.
 */
function isUnremarkable(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
      return !needsCare.test(value);
    case "number":
      return value - value === 0 && !Object.is(value, -0);
    case "boolean":
      return true;
    case "undefined":
      return depth > 0;
    case "object":
      return value === null || (depth < mostUnremarkableDepth && holdsUnremarkable(value, depth + 1));
    default:
      return false;
  }
}

function holdsUnremarkable(value: object, depth: number): boolean {
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return false;
  if (Array.isArray(value)) return value.every((item) => isUnremarkable(item, depth));
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    if (needsCare.test(key) || !isUnremarkable((value as Record<string, unknown>)[key], depth)) return false;
  }
  return true;
}

/** The empty text stands for undefined. `depth` counts the objects and arrays around the value. */
function write(value: unknown, key: string, depth: number): string | JsonRefusal {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      // Infinity - Infinity is NaN as well.
      return value - value === 0
        ? floatText(value)
        : refuse("wrong_type", `holds ${value}, which JSON lacks`);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      return value === null ? "null" : writeObject(value, key, depth);
    case "bigint":
      return writeBigint(value);
    case "undefined":
      return "";
    default:
      return refuse("wrong_type", `holds ${kindOf(value)}, which JSON lacks`);
  }
}

function writeObject(value: object, key: string, depth: number): string | JsonRefusal {
  if (depth >= maxJsonDepth) return new JsonRefusal(tooDeep);
  if (Array.isArray(value)) return writeArray(value, depth + 1);
  if (value instanceof RawJson) return writeRaw(value.text);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function" && !ArrayBuffer.isView(value)) {
    const replaced: unknown = Reflect.apply(toJSON, value, [key]);
    // An invalid Date says null.
    if (replaced === null && value instanceof Date) return refuse("wrong_type", "holds an invalid Date");
    if (typeof replaced !== "object" || replaced === null) return write(replaced, key, depth);
    if (Array.isArray(replaced)) return writeArray(replaced, depth + 1);
    return isPlain(replaced) ? writeMembers(replaced, depth + 1) : refuseInstance(replaced);
  }
  return isPlain(value) ? writeMembers(value, depth + 1) : refuseInstance(value);
}

function writeArray(values: readonly unknown[], depth: number): string | JsonRefusal {
  let text = "[";
  for (let index = 0; index < values.length; index++) {
    const item = write(values[index], String(index), depth);
    if (typeof item !== "string") return item.below(index);
    if (index > 0) text += ",";
    text += item === "" ? "null" : item;
  }
  return `${text}]`;
}

function writeMembers(value: object, depth: number): string | JsonRefusal {
  let text = "{";
  for (const key of Object.keys(value)) {
    const member = write((value as Record<string, unknown>)[key], key, depth);
    if (typeof member !== "string") return member.below(key);
    if (member === "") continue;
    const name = quote(key);
    if (typeof name !== "string") return name.below(key);
    text += text.length > 1 ? `,${name}:${member}` : `${name}:${member}`;
  }
  return `${text}}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be escaped
const needsCare = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Most texts can stand as they are, and a search is several times cheaper than JSON.stringify. */
function quote(text: string): string | JsonRefusal {
  if (!needsCare.test(text)) return `"${text}"`;
  const misfit = textMisfit(text);
  return misfit === null ? JSON.stringify(text) : new JsonRefusal(misfit);
}

/** 10^131072, beyond which numeric ends; to print a bigint takes time that grows with the square of its digits. */
const hugeBound = 10n ** 131_072n;

function writeBigint(value: bigint): string | JsonRefusal {
  if (value >= hugeBound || value <= -hugeBound) return refuse("out_of_range", "holds too large a bigint");
  return value.toString();
}

function writeRaw(text: unknown): string | JsonRefusal {
  if (typeof text !== "string" || text === "") return refuse("wrong_type", "holds RawJson without text");
  const misfit = rawJsonMisfit(text);
  return misfit === null ? text : new JsonRefusal(misfit);
}

/** An object literal, of this realm or another, or one without a prototype. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuseInstance(value: object): JsonRefusal {
  return refuse("wrong_type", `holds ${kindOf(value)}, which JSON lacks`);
}
