// What is asked of a library, as SQL: values are parameters.

import { CopycatError } from "../../errors.ts";
import { storedArtistKey } from "../store/fileRow.ts";

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
  const { artist, title, album, format, words = [], tags = [], missing = false } = query;
  const parts = ["f.library_id = $1", missing ? "f.state = 'missing'" : "f.is_active"];
  if (artist !== undefined) {
    const key = artist.includes("*") ? null : storedArtistKey(artist);
    // Which has an index.
    parts.push(key === null ? isLike("f.artist", artist, value) : `f.artist_key = ${value(key)}`);
  }
  if (title !== undefined) parts.push(isLike("f.title", title, value));
  if (album !== undefined) parts.push(isLike("f.album", album, value));
  if (format !== undefined) parts.push(`f.format = ${value(format.toLowerCase().replace(/^\./, ""))}`);
  for (const word of words) {
    const patterns = value(spellings(`%${escapeLike(word)}%`));
    const texts = ["path", "artist", "title", "album", "albumartist"];
    parts.push(`(${texts.map((name) => `f.${name} ilike any(${patterns}::text[])`).join(" or ")})`);
  }
  for (const [key, wanted] of tags) parts.push(tagCondition(key, wanted, value));
  return { text: parts.join(" and "), values };
}

function isLike(column: string, wanted: string, value: (one: unknown) => string): string {
  return `${column} ilike any(${value(spellings(escapeLike(wanted).replaceAll("*", "%")))}::text[])`;
}

/**
 * Names of files, and tags, may have letters with their marks or letters and then marks. To normalise five columns of 100,000
 * files for each question takes half a second, and hardly any word can be spelt in two ways.
 */
const spellings = (text: string): string[] => [...new Set([text.normalize("NFC"), text.normalize("NFD")])];

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

const isJsonScalar = (text: string): boolean => /^(-?(0|[1-9]\d*)(\.\d+)?|true|false)$/.test(text);
