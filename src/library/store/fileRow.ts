// A file as a row of its table, and back.

import type { Column, TableDescription } from "../../bulk/index.ts";
import { artistKey, titleKey } from "../normalise.ts";
import type { FileKind, JsonObject, LibraryFile } from "../types.ts";

/** In the order in which `rowOfFile` writes them. */
export const columns: readonly Column[] = [
  { name: "id", type: "int8", required: true },
  { name: "library_id", type: "int4", required: true },
  { name: "path", type: "text", required: true },
  { name: "filename", type: "text", required: true },
  { name: "kind", type: "text", required: true },
  { name: "format", type: "text", required: true },
  { name: "size", type: "int8", required: true },
  { name: "mtime_ns", type: "int8" },
  { name: "inode", type: "text" },
  { name: "artist", type: "text" },
  { name: "title", type: "text" },
  { name: "album", type: "text" },
  { name: "albumartist", type: "text" },
  { name: "year", type: "int4" },
  { name: "track_no", type: "int4" },
  { name: "track_of", type: "int4" },
  { name: "disc_no", type: "int4" },
  { name: "disc_of", type: "int4" },
  { name: "duration_s", type: "float8" },
  { name: "sample_rate", type: "int4" },
  { name: "bit_depth", type: "int4" },
  { name: "bitrate", type: "int4" },
  { name: "channels", type: "int4" },
  { name: "codec", type: "text" },
  { name: "isrc", type: "text" },
  { name: "mb_recording", type: "text" },
  { name: "mb_release_track", type: "text" },
  { name: "mb_release", type: "text" },
  { name: "mb_release_group", type: "text" },
  { name: "tags", type: "jsonb", required: true, default: {} },
  { name: "metadata_hash", type: "text", required: true },
  { name: "is_hash_of_name", type: "bool", required: true },
  { name: "content_hash", type: "text" },
  { name: "audio_hash", type: "text" },
  { name: "full_hash", type: "text" },
  { name: "artist_key", type: "text" },
  { name: "title_key", type: "text" },
  { name: "is_active", type: "bool", required: true },
  { name: "state", type: "text", required: true },
  { name: "missing_since", type: "timestamptz" },
  { name: "last_verified", type: "timestamptz" },
  { name: "warnings", type: "jsonb" },
  { name: "indexed_at", type: "timestamptz" },
];

export type FileRowValues = readonly unknown[];

/** The row of a file that has its id. `indexedAt`: what is written for a file that does not say it. */
export function rowOfFile(
  file: LibraryFile,
  { id, libraryId, indexedAt }: { id: number; libraryId: number; indexedAt: Date | null },
): FileRowValues {
  const { track, disc, musicBrainz } = file;
  return [
    id,
    libraryId,
    file.path,
    file.filename,
    file.kind,
    file.format,
    file.size,
    file.mtimeNs,
    file.inode,
    file.artist,
    file.title,
    file.album,
    file.albumArtist,
    file.year,
    track.no,
    track.of,
    disc.no,
    disc.of,
    file.duration,
    file.sampleRate,
    file.bitDepth,
    file.bitrate,
    file.channels,
    file.codec,
    file.isrc,
    musicBrainz.recording,
    musicBrainz.releaseTrack,
    musicBrainz.release,
    musicBrainz.releaseGroup,
    file.tags,
    file.metadataHash,
    file.isHashOfName,
    file.contentHash,
    file.audioHash,
    file.fullHash,
    storedArtistKey(file.artist),
    storedTitleKey(file.title),
    file.isActive,
    file.state,
    file.missingSince,
    file.lastVerified,
    file.warnings.length === 0 ? null : file.warnings,
    file.indexedAt ?? indexedAt,
  ];
}

/** So that a row of an index can hold two of them, of four bytes a character. */
export const keyCharacters = 256;

/** `artist_key`: null when there is nothing to search for. */
export function storedArtistKey(artist: string | null): string | null {
  return storedKey(artistKey(artist)) || null;
}

/** `title_key` */
export function storedTitleKey(title: string | null): string | null {
  return storedKey(titleKey(title)) || null;
}

/** A key as the table has it. */
export function storedKey(key: string): string {
  return key.length <= keyCharacters ? key : [...key].slice(0, keyCharacters).join("");
}

/** Described once a store: what the engine makes of a description is kept with it. */
export interface FileTable {
  /** What files are added by. */
  byPath: TableDescription;
  /** What rows are changed by. `library_id` is not written: a row stays in its library. */
  byId: TableDescription;
}

export function describeFileTable(schema: string): FileTable {
  return {
    byPath: { schema, name: "file", columns, conflictKey: ["library_id", "path"] },
    byId: {
      schema,
      name: "file",
      columns: columns.filter(({ name }) => name !== "library_id"),
      conflictKey: ["id"],
      keepColumns: ["indexed_at"],
    },
  };
}

/** Without what the database alone needs: hashes of names and keys can be asked for by their names. */
const read = columns.map(({ name }) => name).filter((name) => !/^(library_id|.*_key)$/.test(name));

/** The select list that `fileOfRow` needs. */
export function fileColumns(alias = "f"): string {
  return read.map((name) => `${alias}.${name}`).join(", ");
}

/** As pg parses it by default: int8 is text. */
export interface FileRow {
  id: string;
  path: string;
  filename: string;
  kind: FileKind;
  format: string;
  size: string;
  mtime_ns: string | null;
  inode: string | null;
  artist: string | null;
  title: string | null;
  album: string | null;
  albumartist: string | null;
  year: number | null;
  track_no: number | null;
  track_of: number | null;
  disc_no: number | null;
  disc_of: number | null;
  duration_s: number | null;
  sample_rate: number | null;
  bit_depth: number | null;
  bitrate: number | null;
  channels: number | null;
  codec: string | null;
  isrc: string | null;
  mb_recording: string | null;
  mb_release_track: string | null;
  mb_release: string | null;
  mb_release_group: string | null;
  tags: JsonObject;
  metadata_hash: string;
  is_hash_of_name: boolean;
  content_hash: string | null;
  audio_hash: string | null;
  full_hash: string | null;
  is_active: boolean;
  state: "present" | "missing";
  missing_since: Date | null;
  last_verified: Date | null;
  warnings: string[] | null;
  indexed_at: Date;
}

export function fileOfRow(row: FileRow): LibraryFile {
  return {
    id: Number(row.id),
    path: row.path,
    filename: row.filename,
    kind: row.kind,
    format: row.format,
    size: Number(row.size),
    mtimeNs: row.mtime_ns === null ? null : BigInt(row.mtime_ns),
    inode: row.inode,
    artist: row.artist,
    title: row.title,
    album: row.album,
    albumArtist: row.albumartist,
    year: row.year,
    track: { no: row.track_no, of: row.track_of },
    disc: { no: row.disc_no, of: row.disc_of },
    duration: row.duration_s,
    sampleRate: row.sample_rate,
    bitDepth: row.bit_depth,
    bitrate: row.bitrate,
    channels: row.channels,
    codec: row.codec,
    isrc: row.isrc,
    musicBrainz: {
      recording: row.mb_recording,
      releaseTrack: row.mb_release_track,
      release: row.mb_release,
      releaseGroup: row.mb_release_group,
    },
    tags: row.tags,
    metadataHash: row.metadata_hash,
    isHashOfName: row.is_hash_of_name,
    contentHash: row.content_hash,
    audioHash: row.audio_hash,
    fullHash: row.full_hash,
    isActive: row.is_active,
    state: row.state,
    missingSince: row.missing_since,
    indexedAt: row.indexed_at,
    lastVerified: row.last_verified,
    warnings: row.warnings ?? [],
  };
}
