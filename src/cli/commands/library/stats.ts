// copycat library stats: a library in numbers.

import type { Command } from "commander";
import type { LibraryStatistics } from "../../../library/index.ts";
import { formatFitTable } from "../../fitTable.ts";
import { formatBytes } from "../../formatBytes.ts";
import { formatCount, formatDuration, plural, printJson, printResult } from "../../output.ts";
import { safeText } from "../../safeText.ts";
import { addLibraryOptions, type LibraryFlags, withLibrary } from "./shared.ts";

const help = `
Examples:
  copycat library stats
  copycat library stats --library samples --json`;

export function addStatsCommand(library: Command): void {
  const command = library
    .command("stats")
    .description(
      "Show a library in numbers: files, size, playing time, formats, artists, albums, last scan.",
    );
  addLibraryOptions(command, help).action(async (flags: LibraryFlags) => {
    const { root, statistics } = await withLibrary(flags, async (opened) => ({
      root: opened.root,
      statistics: await opened.getStatistics(),
    }));
    if (flags.json) printJson({ library: flags.library, root, ...statistics });
    else printResult(describe(flags.library, root, statistics));
  });
}

function describe(name: string, root: string | null, statistics: LibraryStatistics): string {
  const { files, inactive, missing, bytes, seconds, formats, artists, albums } = statistics;
  const { lastScannedAt, lastScanMs } = statistics;
  const took = lastScanMs === null ? "" : `, ${formatDuration(lastScanMs)}`;
  const lines = [
    `${safeText(name)}: ${plural(files, "file")} in ${safeText(root ?? "no folder yet")}`,
    `  size       ${formatBytes(bytes)}`,
    `  plays      ${playingTime(seconds)}`,
    `  artists    ${formatCount(artists)}, albums ${formatCount(albums)}`,
    `  last scan  ${lastScannedAt?.toISOString() ?? "never"}${took}`,
  ];
  if (inactive > 0)
    lines.push(`  inactive   ${formatCount(inactive)}, of these missing ${formatCount(missing)}`);
  const rows = Object.entries(formats);
  if (rows.length === 0) return lines.join("\n");
  const table = formatFitTable(
    [
      { title: "format", text: ([format]: [string, number]) => format || "-" },
      { title: "files", text: ([, count]) => formatCount(count), isNumber: true },
    ],
    rows,
  );
  return [...lines, "", table].join("\n");
}

/** "3 h 12 min", "4 min", "12 s". */
function playingTime(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
