// Files of a library as texts, for people and for programs.

import type { LibraryFile } from "../../../library/index.ts";
import { type FitColumn, formatFitTable } from "../../fitTable.ts";
import { formatBytes } from "../../formatBytes.ts";

/** "0.4 s", "3:07", "1:02:07"; "-" when nobody knows. */
export function formatLength(seconds: number | null): string {
  if (seconds === null) return "-";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  if (hours > 0) return `${hours}:${two(minutes)}:${two(whole % 60)}`;
  return `${minutes}:${two(whole % 60)}`;
}

/** 0.8666 as "86.7 %". */
export const formatPercent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

const fileColumns: readonly FitColumn<LibraryFile>[] = [
  { title: "artist", text: ({ artist }) => artist ?? "-" },
  { title: "title", text: ({ title }) => title ?? "-" },
  { title: "album", text: ({ album }) => album ?? "-" },
  { title: "year", text: ({ year }) => String(year ?? "-"), isNumber: true },
  { title: "length", text: ({ duration }) => formatLength(duration), isNumber: true },
  { title: "size", text: ({ size }) => formatBytes(size), isNumber: true },
  { title: "path", text: ({ path }) => path, cut: "start" },
];

export function formatFiles(files: readonly LibraryFile[]): string {
  return formatFitTable(fileColumns, files);
}

/** What a program needs to know of a file that matched. */
export function fileFacts(file: LibraryFile): object {
  const { id, path, size, format, artist, title, album, duration } = file;
  const { metadataHash, contentHash, audioHash, fullHash } = file;
  return {
    ...{ id, path, size, format, artist, title, album, duration },
    ...{ metadataHash, contentHash, audioHash, fullHash },
  };
}
