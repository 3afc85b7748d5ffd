// What the reader of tags found, in our words: nothing that a database cannot hold, and what is in doubt as a warning.

import type { IAudioMetadata, ICommonTagsResult } from "music-metadata";
import type { JsonObject, JsonValue, LibraryFileInput } from "../types.ts";
import { asUtf8 } from "./infoText.ts";

type TagFields = Omit<LibraryFileInput, "path" | "size">;

/** Common tags that have a column of their own, or are no text. */
const ownColumns = new Set<string>([
  "artist",
  "title",
  "album",
  "albumartist",
  "year",
  "track",
  "disk",
  "isrc",
  "musicbrainz_recordingid",
  "musicbrainz_trackid",
  "musicbrainz_albumid",
  "musicbrainz_releasegroupid",
  "picture",
]);

/** Warnings of one file that are kept. */
const mostWarnings = 20;

/** The fields of a record that come from tags and from the audio's own headers. */
export function fieldsOf({ common: read, format, quality }: IAudioMetadata): TagFields {
  const isInfo = format.tagTypes?.includes("exif") === true;
  const common = isInfo ? (asUtf8(read) as ICommonTagsResult) : read;
  const warnings = new Set(
    quality.warnings.flatMap(({ message }) => (saysNothing(message) ? [] : [plainText(message)])),
  );
  return {
    artist: text(common.artist),
    title: text(common.title),
    album: text(common.album),
    albumArtist: text(common.albumartist),
    year: yearOf(common, warnings),
    track: numbers(common.track),
    disc: numbers(common.disk),
    duration: finite(format.duration),
    sampleRate: whole(format.sampleRate),
    bitDepth: whole(format.bitsPerSample),
    bitrate: whole(format.bitrate),
    channels: whole(format.numberOfChannels),
    codec: text(format.codec),
    isrc: text(common.isrc?.[0]),
    musicBrainz: {
      recording: text(common.musicbrainz_recordingid),
      releaseTrack: text(common.musicbrainz_trackid),
      release: text(common.musicbrainz_albumid),
      releaseGroup: text(common.musicbrainz_releasegroupid),
    },
    tags: furtherTags(common),
    audioHash: audioHash(format.audioMD5),
    warnings: [...warnings].slice(0, mostWarnings),
  };
}

const idle: readonly string[] = [
  "Illegal ID3v2 tag length",
  // The parser compares a chunk with what comes after it, and so complains of nearly each WAV.
  "Data chunk size exceeds file size",
];

/** The zeros behind tags are read as if they were some: such warnings quote them, or tell that the last are too few. */
const saysNothing = (message: string): boolean => message.includes("\0") || idle.includes(message);

function yearOf({ year, date }: ICommonTagsResult, warnings: Set<string>): number | null {
  if (year !== undefined && !Number.isNaN(year)) return year;
  if (date !== undefined && text(date) !== null) {
    warnings.add(`date ${JSON.stringify(plainText(date))} has no year that can be read`);
  } else if (year !== undefined) warnings.add("year is no number");
  return null;
}

/** The MD5 that an encoder made of its input; null when there is none, which is written as zeros. */
export function audioHash(md5: Uint8Array | undefined): string | null {
  if (md5 === undefined || md5.every((byte) => byte === 0)) return null;
  return Buffer.from(md5).toString("hex");
}

function furtherTags(common: ICommonTagsResult): JsonObject {
  const tags: JsonObject = {};
  for (const [name, value] of Object.entries(common)) {
    if (ownColumns.has(name)) continue;
    const kept = name === "lyrics" || name === "comment" ? textsOf(value) : json(value);
    if (kept !== undefined) tags[name] = kept;
  }
  if ((common.isrc?.length ?? 0) > 1) tags.isrc = json(common.isrc) as JsonValue;
  return tags;
}

/** Comments and lyrics as a list of their texts. */
function textsOf(values: unknown): JsonValue | undefined {
  if (!Array.isArray(values)) return json(values);
  const texts = values.flatMap((value: { text?: unknown; syncText?: { text?: unknown }[] }) => {
    const lines = value.text ?? value.syncText?.map((line) => line.text).join("\n");
    const line = typeof lines === "string" ? text(lines) : null;
    return line === null ? [] : [line];
  });
  return texts.length === 0 ? undefined : texts;
}

/** Undefined of what says nothing, and of bytes. */
function json(value: unknown): JsonValue | undefined {
  if (typeof value === "string") return text(value) ?? undefined;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "boolean") return value;
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(json).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const entries = Object.entries(value).flatMap(([key, part]) => {
    const kept = json(part);
    return kept === undefined ? [] : [[plainText(key), kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function text(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const plain = plainText(value);
  return plain.trim() === "" ? null : plain;
}

/** PostgreSQL keeps neither NUL nor half of a surrogate pair. */
const plainText = (value: string): string => value.replaceAll("\0", "").toWellFormed();

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** As the column: 32 bits. */
function whole(value: number | null | undefined): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  const rounded = Math.round(value);
  return rounded >= 0 && rounded < 2 ** 31 ? rounded : null;
}

const numbers = (pair: { no: number | null; of: number | null } | undefined) => ({
  no: whole(pair?.no),
  of: whole(pair?.of),
});
