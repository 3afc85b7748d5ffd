// A file of the library, made whole: what can be derived is, and what cannot be true is refused or left out.

import { CopycatError } from "../errors.ts";
import { metadataHash, type Tags } from "./hashes.ts";
import { decodePath, encodePath, filenameOf, isStorableText, suffixOf } from "./paths.ts";
import type { LibraryFile, LibraryFileInput } from "./types.ts";

const noNumber = { no: null, of: null };
const noMusicBrainz = { recording: null, releaseTrack: null, release: null, releaseGroup: null };

/**
 * Derives name, format and hash of the metadata, and leaves out years and durations that cannot be, with a warning.
 *
 * @throws CopycatError INVALID_INPUT
 *
 * @example
 * makeLibraryFile({ path: "a/song.MP3", size: 10, artist: "A", title: "B", year: 1800 });
 * // { filename: "song.MP3", format: "mp3", year: null, warnings: ["year 1800 is left out"], ... }
 */
export function makeLibraryFile(input: LibraryFileInput): LibraryFile {
  if (typeof input !== "object" || input === null) throw refuse(`it is ${input}, and no file`);
  checkPath(input.path);
  if (!Number.isSafeInteger(input.size) || input.size < 0) {
    throw refuse(
      `the size of ${JSON.stringify(input.path)} is ${input.size}; it must be a whole number of at least 0`,
    );
  }
  const filename = filenameOf(input.path);
  const artist = textOf(input, "artist");
  const title = textOf(input, "title");
  const { metadataHash: hash, isHashOfName } = hashOf(input, { artist, title }, filename);
  const warnings = [...(input.warnings ?? [])];
  const { year, duration } = plausible(input, warnings);
  const whole = (what: string, value: number | null | undefined): number | null =>
    wholeNumber(what, value, warnings);
  const [track, disc] = [input.track ?? noNumber, input.disc ?? noNumber];
  return {
    id: input.id ?? null,
    path: input.path,
    filename,
    kind: input.kind ?? "audio",
    format: formatOf(input, filename),
    size: input.size,
    mtimeNs: input.mtimeNs ?? null,
    inode: input.inode ?? null,
    artist,
    title,
    album: textOf(input, "album"),
    albumArtist: textOf(input, "albumArtist"),
    year,
    track: { no: whole("track", track.no), of: whole("tracks", track.of) },
    disc: { no: whole("disc", disc.no), of: whole("discs", disc.of) },
    duration,
    sampleRate: whole("sample rate", input.sampleRate),
    bitDepth: whole("bit depth", input.bitDepth),
    bitrate: whole("bitrate", input.bitrate),
    channels: whole("channels", input.channels),
    codec: input.codec ?? null,
    isrc: input.isrc ?? null,
    musicBrainz: input.musicBrainz ?? noMusicBrainz,
    tags: input.tags ?? {},
    metadataHash: hash,
    isHashOfName,
    contentHash: input.contentHash ?? null,
    audioHash: input.audioHash ?? null,
    fullHash: input.fullHash ?? null,
    isActive: input.isActive ?? true,
    state: input.state ?? "present",
    missingSince: input.missingSince ?? null,
    indexedAt: input.indexedAt ?? null,
    lastVerified: input.lastVerified ?? null,
    warnings,
  };
}

/** A hash that came with the file may be one of its name, too: indexes that were made elsewhere have such for all files without tags. */
function hashOf(
  { metadataHash: given, isHashOfName }: LibraryFileInput,
  tags: Tags,
  filename: string,
): Pick<LibraryFile, "metadataHash" | "isHashOfName"> {
  // JavaScript callers may say null for what they do not know.
  if (typeof given === "string" && typeof isHashOfName === "boolean")
    return { metadataHash: given, isHashOfName };
  const derived = metadataHash(tags, filename);
  const isSame = given === undefined || given === derived.hash;
  return {
    metadataHash: given ?? derived.hash,
    isHashOfName: isHashOfName ?? (derived.isHashOfName && isSame),
  };
}

/** As searches compare it. What is no text is refused with the row. */
function formatOf({ format }: LibraryFileInput, filename: string): string {
  const given: unknown = format ?? suffixOf(filename);
  return typeof given === "string" ? given.toLowerCase().replace(/^\./, "") : (given as string);
}

function checkPath(path: unknown): void {
  if (typeof path !== "string" || path === "") throw refuse("the path must be a text that is not empty");
  if (path.startsWith("/") || path.split("/").some((part) => part === "" || part === "." || part === "..")) {
    throw refuse(`the path ${JSON.stringify(path)} is not one below the library's root`);
  }
  if (!isStorableText(path)) {
    throw refuse(
      `the path ${JSON.stringify(path)} has a character that cannot be stored; encodePath writes its bytes`,
    );
  }
  // Else one file would have two paths, or a path might lead out of the library.
  if (path.includes("\\") && encodePath(decodePath(path)) !== path) {
    throw refuse(`the path ${JSON.stringify(path)} is not as encodePath writes it`);
  }
}

function plausible(
  { year = null, duration = null }: LibraryFileInput,
  warnings: string[],
): { year: number | null; duration: number | null } {
  const isYear = year === null || (Number.isInteger(year) && year >= 1900 && year <= 2100);
  if (!isYear) warnings.push(`year ${year} is left out`);
  const isDuration = duration === null || (Number.isFinite(duration) && duration >= 0);
  if (!isDuration) warnings.push(`duration ${duration} is left out`);
  return { year: isYear ? year : null, duration: isDuration ? duration : null };
}

/** JavaScript callers have no types to warn them. */
function textOf(input: LibraryFileInput, name: "artist" | "title" | "album" | "albumArtist"): string | null {
  const value: unknown = input[name] ?? null;
  if (value === null || typeof value === "string") return value;
  throw refuse(`the ${name} of ${JSON.stringify(input.path)} is ${typeof value}, and no text`);
}

const largestInteger = 2 ** 31 - 1;

/** A bitrate that is an average has a fraction, and a tag may say anything. */
function wholeNumber(what: string, value: number | null | undefined, warnings: string[]): number | null {
  if (value === null || value === undefined) return null;
  const number = Math.round(value);
  if (number >= 0 && number <= largestInteger) return number;
  warnings.push(`${what} ${value} is left out`);
  return null;
}

/** Artist and title as one text in lower case; the name of a file that has neither. */
export function metadataKey({
  artist,
  title,
  filename,
}: Pick<LibraryFile, "artist" | "title" | "filename">): string {
  const [first, second] = [(artist ?? "").trim(), (title ?? "").trim()];
  if (first === "" && second === "") return `__filename__|${filename}`;
  return `${first}|${second}`.toLowerCase();
}

/** Size in MiB. */
export function sizeMb({ size }: Pick<LibraryFile, "size">): number {
  return size / (1024 * 1024);
}

const required = ["file_path", "filename", "file_format", "file_size", "metadata_hash", "file_content_hash"];

/**
 * From the columns of the index that this one replaces.
 *
 * @throws CopycatError INVALID_INPUT `Missing required field: x`
 */
export function fromDict(dict: Readonly<Record<string, unknown>>): LibraryFile {
  for (const name of required) {
    if (dict[name] === undefined || dict[name] === null) {
      throw new CopycatError("INVALID_INPUT", `Missing required field: ${name}`);
    }
  }
  const text = (name: string): string | null => (dict[name] == null ? null : String(dict[name]));
  const number = (name: string): number | null => (dict[name] == null ? null : Number(dict[name]));
  const content = text("file_content_hash") as string;
  return makeLibraryFile({
    path: encodePath(Buffer.from((text("file_path") as string).replace(/^\/+/, ""))),
    format: text("file_format") as string,
    size: number("file_size") as number,
    artist: text("artist"),
    title: text("title"),
    album: text("album"),
    year: number("year"),
    duration: number("duration"),
    metadataHash: text("metadata_hash") as string,
    // Marks of files that could not be read, or not whole: equal to nothing.
    contentHash: content === "HASH_FAILED" || content.endsWith("_FILE_TOO_LARGE") ? null : content,
    isActive: dict.is_active !== 0 && dict.is_active !== false,
  });
}

function refuse(what: string): CopycatError {
  return new CopycatError("INVALID_INPUT", `A file cannot go into the library: ${what}.`);
}
