// What the memory commands have in common.

import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { InvalidArgumentError, type Option } from "commander";
import { CopycatError, errorMessage } from "../../../errors.ts";
import { defaultSchema } from "../../../memory/index.ts";
import { option } from "../../options.ts";
import { type OpenedDatabase, withDatabase } from "../../withDatabase.ts";

export interface MemoryFlags {
  dsn?: string;
  schema: string;
  json: boolean;
  quiet: boolean;
}

export const schemaOption = (): Option =>
  option("--schema <name>", "schema that holds the memory store's tables").default(defaultSchema);

export const namespaceOption = (): Option =>
  option("--namespace <name>", "only entries of this namespace", "all");

/** Opens the database for a command that only reads: none is made for it. */
export function withStore<Result>(
  flags: MemoryFlags,
  work: (opened: OpenedDatabase) => Promise<Result>,
): Promise<Result> {
  const firstStep = "copycat memory load FILE --kind entries";
  return withDatabase("memory", { ...flags, mustExist: true, firstStep }, work);
}

export interface EntryName {
  namespace: string;
  key: string;
}

/**
 * `NS/KEY`, split at the first slash; without one the namespace is "default". Where --namespace is given, all of it is
 * the key.
 */
export function parseEntryName(name: string, namespace?: string): EntryName {
  const slash = name.indexOf("/");
  if (namespace !== undefined) return { namespace, key: name };
  return slash < 0
    ? { namespace: "default", key: name }
    : { namespace: name.slice(0, slash), key: name.slice(slash + 1) };
}

/** Parses a JSON object of an option. */
export function jsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('expected a JSON object, such as \'{"lang": "de"}\'');
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError('expected a JSON object, such as \'{"lang": "de"}\'');
  }
  return value as Record<string, unknown>;
}

/** A vector from a file, or from standard input: a JSON list of numbers, or an object with one as `embedding`. */
export async function readVector(file: string, stdin: Readable): Promise<number[]> {
  let content: string;
  try {
    content = file === "-" ? await text(stdin) : await readFile(file, "utf8");
  } catch (error) {
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${file}: ${errorMessage(error)}.`, {
      cause: error,
    });
  }
  const vector = parseVector(content);
  if (vector !== null) return vector;
  throw new CopycatError(
    "INVALID_INPUT",
    `${file === "-" ? "Standard input" : file} is no vector: expected a JSON list of numbers, such as [0.1, 0.2].`,
  );
}

/** Null when the text is no JSON list of numbers. */
export function parseVector(content: string): number[] | null {
  try {
    const value = JSON.parse(content) as unknown;
    const list = Array.isArray(value) ? value : (value as { embedding?: unknown } | null)?.embedding;
    return Array.isArray(list) && list.every((item) => typeof item === "number") ? list : null;
  } catch {
    return null;
  }
}
