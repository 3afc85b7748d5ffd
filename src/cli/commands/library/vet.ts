// copycat library vet: a folder that is to come in, sorted into what is new, what is there, and what to listen to.

import type { Command } from "commander";
import { CopycatError } from "../../../errors.ts";
import { type VetReport, type VettedFile, type Vetting, vetFolder } from "../../../library/index.ts";
import { exitCodes } from "../../exitCodes.ts";
import { type FitColumn, formatFitTable, terminalWidth } from "../../fitTable.ts";
import { option, wholeNumber } from "../../options.ts";
import { formatCount, formatDuration, makeLog, plural, printJson, printResult } from "../../output.ts";
import { safeText } from "../../safeText.ts";
import { matchText } from "./matches.ts";
import {
  addLibraryOptions,
  fuzzyArtistsOption,
  type LibraryFlags,
  thresholdOption,
  withLibrary,
  withProgress,
} from "./shared.ts";

interface VetFlags extends LibraryFlags {
  threshold: number;
  fuzzy: boolean;
  fuzzyArtists: boolean;
  /** True lists it, false leaves it as it is. */
  history?: boolean;
  limit: number;
}

const help = `
Each file of the folder is compared with the library and with the files of the folder before it:
  new         nothing of the kind; without tags, the name of another file makes it no duplicate
  duplicate   its tags, its content or its audio are those of another file
  uncertain   it may be one, as its title is alike: listen before you decide

Nothing is changed but the history, which remembers the numbers of each vetting; with --no-history not even that, so that a
role that may only read can vet as well.

Examples:
  copycat library vet incoming
  copycat library vet incoming --threshold 0.9 --json
  copycat library vet incoming --no-history
  copycat library vet --history`;

export function addVetCommand(library: Command): void {
  const command = library
    .command("vet")
    .description("Sort the files of a folder into new ones, duplicates of the library, and uncertain ones.")
    .argument("[folder]", "files that are to come in; may be left out with --history")
    .addOption(thresholdOption())
    .addOption(option("--no-fuzzy", "leave out titles that are only alike", "they are found, too"))
    .addOption(fuzzyArtistsOption())
    .addOption(option("--history", "list earlier vettings, the newest first", "vet a folder"))
    .addOption(option("--no-history", "do not remember the numbers of this vetting", "they are remembered"))
    .addOption(
      option("--limit <n>", "with --history: so many at most, up to 1000")
        .argParser(wholeNumber(1))
        .default(10),
    );
  addLibraryOptions(command, help).action(async (folder: string | undefined, flags: VetFlags) => {
    if ((flags.history === true) === (folder !== undefined)) {
      throw new CopycatError(
        "USAGE",
        "Name the folder to vet, or --history for the earlier ones: one of them.",
      );
    }
    if (folder === undefined) await printHistory(flags);
    else process.exitCode = await vet(folder, flags);
  });
}

async function vet(folder: string, flags: VetFlags): Promise<number> {
  const { threshold: fuzzyThreshold, fuzzy: useFuzzy, fuzzyArtists, history: saveHistory = true } = flags;
  const report = await withProgress(flags, (hooks) =>
    withLibrary(flags, (opened) =>
      vetFolder(opened, folder, { fuzzyThreshold, useFuzzy, fuzzyArtists, saveHistory, ...hooks }),
    ),
  );
  if (flags.json) printJson(report);
  else printResult(formatReport(folder, report));
  return report.rejects.length === 0 ? exitCodes.ok : exitCodes.rejects;
}

function formatReport(folder: string, report: VetReport): string {
  const { total, newFiles, duplicates, uncertain, rejects, elapsedMs } = report;
  const percent = (value: number): string => `${value.toFixed(1)} %`;
  const counts = [
    `${formatCount(newFiles.length)} new (${percent(report.newPercent)})`,
    `${plural(duplicates.length, "duplicate")} (${percent(report.duplicatePercent)})`,
    `${formatCount(uncertain.length)} uncertain (${percent(report.uncertainPercent)})`,
    ...(rejects.length === 0 ? [] : [`${formatCount(rejects.length)} that cannot be read`]),
  ];
  return [
    `${safeText(folder)}: ${plural(total, "file")}, ${counts.join(", ")} (${formatDuration(elapsedMs)})`,
    ...section("Uncertain, listen to them:", uncertain),
    ...section("Duplicates:", duplicates),
    ...section("New:", newFiles),
    ...(rejects.length === 0 ? [] : ["", "Cannot be read:"]),
    ...rejects.map(({ path, message }) => `  ${safeText(path)}: ${safeText(message)}`),
  ].join("\n");
}

function section(title: string, files: readonly VettedFile[]): string[] {
  if (files.length === 0) return [];
  const width = terminalWidth();
  const hasMatch = files.some(({ match }) => match !== null);
  const columns: FitColumn<VettedFile>[] = [
    { title: "file", text: ({ path }) => path, cut: "start" },
    ...(hasMatch
      ? [
          {
            title: "why",
            text: ({ matchType, confidence }: VettedFile) => matchText(matchType, confidence),
          },
          { title: "of", text: matchPath, cut: "start" as const },
        ]
      : []),
  ];
  const table = formatFitTable(columns, files, width === null ? null : width - 2);
  return [
    "",
    title,
    ...table
      .split("\n")
      .slice(1)
      .map((line) => `  ${line}`),
  ];
}

function matchPath({ match }: VettedFile): string {
  if (match === null) return "-";
  return match.inFolder ? `${match.path} (in this folder, too)` : match.path;
}

async function printHistory(flags: VetFlags): Promise<void> {
  const vettings = await withLibrary(flags, (opened) => opened.listVettings({ limit: flags.limit }));
  if (flags.json) {
    printJson({ vettings });
    return;
  }
  if (vettings.length === 0) {
    makeLog(flags.quiet).notice("Nothing was vetted yet.");
    return;
  }
  printResult(
    formatFitTable<Vetting>(
      [
        { title: "when", text: ({ vettedAt }) => vettedAt.toISOString(), cut: "never" },
        { title: "files", text: ({ totalFiles }) => formatCount(totalFiles), isNumber: true },
        { title: "new", text: ({ newFiles }) => formatCount(newFiles), isNumber: true },
        { title: "duplicates", text: ({ duplicates }) => formatCount(duplicates), isNumber: true },
        { title: "uncertain", text: ({ uncertain }) => formatCount(uncertain), isNumber: true },
        { title: "threshold", text: ({ threshold }) => String(threshold), isNumber: true },
        { title: "folder", text: ({ importFolder }) => importFolder, cut: "start" },
      ],
      vettings,
    ),
  );
}
