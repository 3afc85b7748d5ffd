// What is asked of a library, as SQL: values are parameters.

import { CopycatError } from "../../errors.ts";
import { isStorableText } from "../paths.ts";
import { keyCharacters, storedArtistKey } from "../store/fileRow.ts";

export interface FileQuery {
  /** Each stands in artist, title, album, album artist or path; the case does not matter. */
  words?: readonly string[];
  /** The whole of it, the case does not matter; `*` stands for anything. */
  artist?: string;
  title?: string;
  album?: string;
  /** Suffix in lower case, such as `flac`. */
  format?: string;
  /** Tags and their values, all of which a file has: `genre`, `composer`, `year`, ...; the case does not matter, `*` as above. */
  tags?: readonly (readonly [key: string, value: string])[];
  /** Only files that are missing; default: only those that are there. */
  missing?: boolean;
}

/** Tags that have a column of their own, by the names that music-metadata gives them; and what else a file has one of. */
const columns: Readonly<Record<string, string>> = {
  artist: "artist",
  title: "title",
  album: "album",
  albumartist: "albumartist",
  year: "year::text",
  track: "track_no::text",
  disk: "disc_no::text",
  isrc: "isrc",
  musicbrainz_recordingid: "mb_recording",
  musicbrainz_trackid: "mb_release_track",
  musicbrainz_albumid: "mb_release",
  musicbrainz_releasegroupid: "mb_release_group",
  codec: "codec",
  kind: "kind",
  format: "format",
};

type Value = (one: unknown) => string;

const mostConditions = 100;
const mostCharacters = 4096;

/** The server compares every row with each of them: 2,000 words in 1,000 files take 12 s, and one of a million characters 36 s. */
function checkLength({
  words = [],
  tags = [],
  artist = "",
  title = "",
  album = "",
  format = "",
}: FileQuery): void {
  const texts = [...words, ...tags.flat(), artist, title, album, format];
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  if (words.length + tags.length <= mostConditions && characters <= mostCharacters) return;
  throw new CopycatError(
    "USAGE",
    `A search takes ${mostConditions} words and tags at most, of ${mostCharacters} characters together; these are ` +
      `${words.length + tags.length} of ${characters}.`,
  );
}

/** @returns the text of a condition on the table `f`, and its values from `$2` on; `$1` is the library */
export function conditionOf(query: FileQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const value: Value = (one) => `$${values.push(one) + 1}`;
  const { artist, title, album, format, words = [], tags = [], missing = false } = query;
  checkLength(query);
  const texts = [...words, ...tags.flat(), artist ?? "", title ?? "", album ?? "", format ?? ""];
  // No row has such a text.
  if (!texts.every(isStorableText)) return { text: "f.library_id = $1 and false", values };
  const parts = ["f.library_id = $1", missing ? "f.state = 'missing'" : "f.is_active"];
  if (artist !== undefined) parts.push(artistCondition(artist, value));
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

/** Through the index of the keys; these are cut, so that a long one says only how the artist begins. */
function artistCondition(artist: string, value: Value): string {
  const key = artist.includes("*") ? null : storedArtistKey(artist);
  if (key === null) return isLike("f.artist", artist, value);
  const isKey = `f.artist_key = ${value(key)}`;
  return [...key].length < keyCharacters ? isKey : `${isKey} and ${isLike("f.artist", artist, value)}`;
}

/** The whole of it but for space around it. */
function isLike(column: string, wanted: string, value: Value): string {
  const pattern = escapeLike(wanted.trim()).replaceAll("*", "%");
  return `btrim(${column}, E' \\t\\r\\n') ilike any(${value(spellings(pattern))}::text[])`;
}

/**
 * Names of files, and tags, may have letters with their marks or letters and then marks. To normalise five columns of 100,000
 * files for each question takes half a second, and hardly any word can be spelt in two ways.
 */
const spellings = (text: string): string[] => [...new Set([text.normalize("NFC"), text.normalize("NFD")])];

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, "\\$&");

/** A tag may be one value or a list of them, texts or numbers. Its index finds exact values only, so rows are read. */
function tagCondition(key: string, wanted: string, value: Value): string {
  if (key === "")
    throw new CopycatError("USAGE", `A tag is KEY=VALUE, such as genre=Jazz, not "=${wanted}".`);
  const name = key.toLowerCase();
  // Names of tags are in lower case but for a few.
  const tag = `coalesce(f.tags -> ${value(key)}::text, f.tags -> ${value(name)}::text)`;
  const one = isLike("one", wanted, value);
  const list = `case jsonb_typeof(${tag}) when 'array' then ${tag} else jsonb_build_array(${tag}) end`;
  const inTags = `exists (select from jsonb_array_elements_text(${list}) as listed (one) where ${one})`;
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  return column === undefined ? inTags : `(${isLike(`f.${column}`, wanted, value)} or ${inTags})`;
}
