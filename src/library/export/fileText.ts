// Files of a library as records for other programs: one JSON object or one line of CSV each.

import type { LibraryFile } from "../types.ts";

/** A file as JSON: times as ISO 8601, nanoseconds as digits, which no double holds. */
export function fileJson(file: LibraryFile): object {
  return { ...file, mtimeNs: file.mtimeNs === null ? null : String(file.mtimeNs) };
}

type Cell = string | number | boolean | bigint | Date | null;

const cells: Readonly<Record<string, (file: LibraryFile) => Cell>> = {
  path: ({ path }) => path,
  filename: ({ filename }) => filename,
  kind: ({ kind }) => kind,
  format: ({ format }) => format,
  size: ({ size }) => size,
  mtime_ns: ({ mtimeNs }) => mtimeNs,
  artist: ({ artist }) => artist,
  title: ({ title }) => title,
  album: ({ album }) => album,
  albumartist: ({ albumArtist }) => albumArtist,
  year: ({ year }) => year,
  track_no: ({ track }) => track.no,
  track_of: ({ track }) => track.of,
  disc_no: ({ disc }) => disc.no,
  disc_of: ({ disc }) => disc.of,
  duration_s: ({ duration }) => duration,
  sample_rate: ({ sampleRate }) => sampleRate,
  bit_depth: ({ bitDepth }) => bitDepth,
  bitrate: ({ bitrate }) => bitrate,
  channels: ({ channels }) => channels,
  codec: ({ codec }) => codec,
  isrc: ({ isrc }) => isrc,
  mb_recording: ({ musicBrainz }) => musicBrainz.recording,
  mb_release_track: ({ musicBrainz }) => musicBrainz.releaseTrack,
  mb_release: ({ musicBrainz }) => musicBrainz.release,
  mb_release_group: ({ musicBrainz }) => musicBrainz.releaseGroup,
  tags: ({ tags }) => JSON.stringify(tags),
  metadata_hash: ({ metadataHash }) => metadataHash,
  content_hash: ({ contentHash }) => contentHash,
  audio_hash: ({ audioHash }) => audioHash,
  full_hash: ({ fullHash }) => fullHash,
  is_active: ({ isActive }) => isActive,
  state: ({ state }) => state,
  missing_since: ({ missingSince }) => missingSince,
  indexed_at: ({ indexedAt }) => indexedAt,
  last_verified: ({ lastVerified }) => lastVerified,
};

/** The names of the columns, as in the table. */
export const csvHeader: string = Object.keys(cells).join(",");

export function csvLine(file: LibraryFile): string {
  return Object.values(cells)
    .map((read) => csvCell(read(file)))
    .join(",");
}

/** RFC 4180: quotes where a separator, a quote or an end of line is in the cell, or blanks at an end of it. */
function csvCell(value: Cell): string {
  if (value === null) return "";
  const text = value instanceof Date ? value.toISOString() : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const exportFormats = ["ndjson", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Lines without their ends; of CSV the first one names the columns. */
export async function* fileLines(
  files: AsyncIterable<LibraryFile>,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === "csv") yield csvHeader;
  for await (const file of files) yield format === "csv" ? csvLine(file) : JSON.stringify(fileJson(file));
}
