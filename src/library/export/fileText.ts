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
  is_hash_of_name: ({ isHashOfName }) => isHashOfName,
  inode: ({ inode }) => inode,
  warnings: ({ warnings }) => (warnings.length === 0 ? null : JSON.stringify(warnings)),
  id: ({ id }) => id,
};

/** The names of the columns, as in the table. */
export const csvHeader: string = Object.keys(cells).join(",");

export interface CsvOptions {
  /**
   * Puts an apostrophe before texts that a spreadsheet would run as a formula (OWASP, "CSV Injection"); default false, since
   * such a text is no longer what the tag or the path is.
   */
  safeForSpreadsheets?: boolean;
}

export function csvLine(file: LibraryFile, { safeForSpreadsheets = false }: CsvOptions = {}): string {
  return Object.values(cells)
    .map((read) => read(file))
    .map((cell) => csvCell(safeForSpreadsheets && typeof cell === "string" ? withoutFormula(cell) : cell))
    .join(",");
}

/** The second four are the same signs in full width. Space before them changes nothing. */
const withoutFormula = (text: string): string =>
  /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text;

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
  options: CsvOptions = {},
): AsyncGenerator<string> {
  if (format === "csv") yield csvHeader;
  for await (const file of files) {
    yield format === "csv" ? csvLine(file, options) : JSON.stringify(fileJson(file));
  }
}
