// copycat library stats: a library in numbers.

import type { Command } from "commander";
import { type LibraryFacts, type LibraryStatistics, listLibraries } from "../../../library/index.ts";
import { formatFitTable } from "../../fitTable.ts";
import { formatBytes } from "../../formatBytes.ts";
import { option } from "../../options.ts";
import { formatCount, formatDuration, makeLog, plural, printJson, printResult } from "../../output.ts";
import { safeText } from "../../safeText.ts";
import { addLibraryOptions, type LibraryFlags, withLibrary, withStore } from "./shared.ts";

const help = `
Examples:
  copycat library stats
  copycat library stats --library samples --json
  copycat library stats --all                      which libraries there are`;

interface StatsFlags extends LibraryFlags {
  all: boolean;
}

export function addStatsCommand(library: Command): void {
  const command = library
    .command("stats")
    .description(
      "Show a library in numbers: files, size, playing time, formats, artists, last scan; or all libraries.",
    );
  command.addOption(option("--all", "a line for each library of the schema").default(false));
  addLibraryOptions(command, help).action(async (flags: StatsFlags) => {
    if (flags.all) await printAll(flags);
    else await printOne(flags);
  });
}

async function printOne(flags: LibraryFlags): Promise<void> {
  const { root, statistics } = await withLibrary(flags, async (opened) => ({
    root: opened.root,
    statistics: await opened.getStatistics(),
  }));
  if (flags.json) printJson({ library: flags.library, root, ...statistics });
  else printResult(describe(flags.library, root, statistics));
}

async function printAll(flags: LibraryFlags): Promise<void> {
  const { schema } = flags;
  const libraries = await withStore(flags, ({ database }) => listLibraries(database, { schema }));
  if (flags.json) printJson({ libraries });
  else if (libraries.length === 0) makeLog(flags.quiet).notice("There are none.");
  else {
    printResult(
      formatFitTable<LibraryFacts>(
        [
          { title: "library", text: ({ name }) => name },
          { title: "files", text: ({ files }) => formatCount(files), isNumber: true },
          { title: "size", text: ({ bytes }) => formatBytes(bytes), isNumber: true },
          {
            title: "last scan",
            text: ({ lastScannedAt }) => lastScannedAt?.toISOString() ?? "never",
            cut: "never",
          },
          { title: "folder", text: ({ root }) => root ?? "-", cut: "start" },
        ],
        libraries,
      ),
    );
  }
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
