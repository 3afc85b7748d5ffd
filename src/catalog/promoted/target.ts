// Metadata keys as people write them, and the names of their indexes.

import { createHash } from "node:crypto";
import { CopycatError } from "../../errors.ts";
import { aside, words } from "../../wording.ts";
import type { PromotedKey, PromotedKind, PromotedTarget } from "./types.ts";

/** The path stands in the definition of each index, which is one row of a system catalog. */
const longestPathBytes = 500;

/**
 * Parses `Ja_meV`, and `instrument.name` for nested metadata.
 *
 * @throws CopycatError USAGE
 */
export function parseKeyPath(text: string): string[] {
  const path = text.split(".");
  if (path.includes("")) {
    throw new CopycatError(
      "USAGE",
      words(
        `"${text}" is no key: dots lead into nested metadata, as in instrument.name. A key that holds dots or is empty ` +
          'is written as a list, as ["odd.key"]',
        aside("path"),
        ".",
      ),
    );
  }
  checkPath(path);
  return path;
}

/**
 * Parses `["odd.key", "name"]`: any key, from the top of the metadata downwards.
 *
 * @throws CopycatError USAGE
 */
export function parseJsonPath(text: string): string[] {
  const refuse = (): never => {
    throw new CopycatError("USAGE", `${text} is no list of keys. Write JSON, such as '["odd.key", "name"]'.`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse();
  }
  if (!Array.isArray(value) || !value.every((key) => typeof key === "string")) return refuse();
  checkPath(value);
  return value;
}

/** @throws CopycatError USAGE when no metadata can have such a key */
export function checkPath(path: readonly string[]): void {
  if (path.length === 0) throw new CopycatError("USAGE", "A path needs at least one key.");
  if (path.some((key) => key.includes("\0") || !key.isWellFormed())) {
    throw new CopycatError("USAGE", "A key cannot hold U+0000 or half a surrogate pair: no metadata does.");
  }
  if (Buffer.byteLength(path.join("")) > longestPathBytes) {
    throw new CopycatError(
      "USAGE",
      `The path is longer than ${longestPathBytes} bytes; an index cannot be on it.`,
    );
  }
}

/** For people: `instrument.name`, or JSON where dots would not say it. */
export function formatTarget(target: PromotedTarget): string {
  if (typeof target === "string") return target === "specs" ? "specs" : "the structure family";
  return isPlain(target) ? target.join(".") : JSON.stringify(target);
}

/** The words after `copycat index add` that mean the target, ready for a shell. */
export function targetArguments(target: PromotedTarget): string {
  if (typeof target === "string") return `--${target}`;
  return isPlain(target) ? shellWord(target.join(".")) : `--path ${shellWord(JSON.stringify(target))}`;
}

function isPlain(path: readonly string[]): boolean {
  return path.every((key) => /^[^-.\s][^.\s]*$/u.test(key));
}

/** One word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Stable, at most 63 bytes, and one of its own for every kind, target and dataset. */
export function indexName(kind: PromotedKind, target: PromotedTarget, datasetId: number | null): string {
  const label = typeof target === "string" ? "" : target.join("_");
  const readable = label.replace(/[^A-Za-z0-9]+/g, "_").slice(0, 28);
  const hash = createHash("sha256")
    .update(JSON.stringify([kind, target, datasetId]))
    .digest("hex")
    .slice(0, 10);
  return ["copycat_key", readable, kind, hash].filter((part) => part !== "").join("_");
}

/** The columns `target` and `path` of the record. */
export function recordKey(target: PromotedTarget): [target: string, path: readonly string[]] {
  return typeof target === "string" ? [target, []] : ["metadata", target];
}

/** Whether the record is that of the target. */
export function isOf({ path, kinds }: PromotedKey, target: PromotedTarget): boolean {
  if (typeof target === "string") return kinds.some((kind) => kind === target);
  return path.length === target.length && path.every((key, place) => key === target[place]);
}
