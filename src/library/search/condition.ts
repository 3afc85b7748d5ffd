// What is asked of a library, as SQL: values are parameters.

import { CopycatError } from "../../errors.ts";

export interface FileQuery {
  /** Each stands in artist, title, album, album artist or path; the case does not matter. */
  words?: readonly string[];
  /** The whole of it, the case does not matter; `*` stands for anything. */
  artist?: string;
  title?: string;
  album?: string;
  /** Suffix in lower case, such as `flac`. */
  format?: string;
  /** Tags and their values, all of which a file has: `genre`, `composer`, `year`, ... */
  tags?: readonly (readonly [key: string, value: string])[];
  /** Only files that are missing; default: only those that are there. */
  missing?: boolean;
}

/** Columns that people ask for as tags. */
const columns: Readonly<Record<string, string>> = {
  albumartist: "albumartist",
  year: "year::text",
  isrc: "isrc",
  codec: "codec",
  kind: "kind",
};

/** @returns the text of a condition on the table `f`, and its values from `$2` on; `$1` is the library */
export function conditionOf(query: FileQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const value = (one: unknown): string => `$${values.push(one) + 1}`;
  const parts = ["f.library_id = $1"];
  parts.push(query.missing === true ? "f.state = 'missing'" : "f.is_active");
  for (const name of ["artist", "title", "album"] as const) {
    const wanted = query[name];
    if (wanted !== undefined) parts.push(isLike(`f.${name}`, wanted, value));
  }
  if (query.format !== undefined)
    parts.push(`f.format = ${value(query.format.toLowerCase().replace(/^\./, ""))}`);
  for (const word of query.words ?? []) {
    const pattern = value(`%${escapeLike(word)}%`);
    const texts = ["path", "artist", "title", "album", "albumartist"];
    parts.push(`(${texts.map((name) => `f.${name} ilike ${pattern}`).join(" or ")})`);
  }
  for (const [key, wanted] of query.tags ?? []) parts.push(tagCondition(key, wanted, value));
  return { text: parts.join(" and "), values };
}

function isLike(column: string, wanted: string, value: (one: unknown) => string): string {
  if (!wanted.includes("*")) return `lower(${column}) = lower(${value(wanted)})`;
  return `${column} ilike ${value(escapeLike(wanted).replaceAll("*", "%"))}`;
}

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, "\\$&");

/** A tag may be one value or a list of them, and what looks like a number may be one. */
function tagCondition(key: string, wanted: string, value: (one: unknown) => string): string {
  if (key === "")
    throw new CopycatError("USAGE", `A tag is KEY=VALUE, such as genre=Jazz, not "=${wanted}".`);
  const column = Object.hasOwn(columns, key.toLowerCase()) ? columns[key.toLowerCase()] : undefined;
  if (column !== undefined) return `lower(f.${column}) = lower(${value(wanted)})`;
  const alternatives = [wanted, ...(isJsonScalar(wanted) ? [JSON.parse(wanted) as unknown] : [])];
  const objects = alternatives.flatMap((one) => [{ [key]: one }, { [key]: [one] }]);
  return `(${objects.map((object) => `f.tags @> ${value(JSON.stringify(object))}::jsonb`).join(" or ")})`;
}

const isJsonScalar = (text: string): boolean => /^(-?\d+(\.\d+)?|true|false)$/.test(text);
