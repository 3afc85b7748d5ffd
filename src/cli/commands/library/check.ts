// copycat library check: are these files in the library already?

import type { Command } from "commander";
import { type CheckedFile, DuplicateChecker, verdictOf } from "../../../library/index.ts";
import { exitCodes } from "../../exitCodes.ts";
import { formatFitTable } from "../../fitTable.ts";
import { option } from "../../options.ts";
import { makeLog, plural, printJson, printResult } from "../../output.ts";
import { fileFacts } from "./format.ts";
import { matchText } from "./matches.ts";
import {
  addLibraryOptions,
  fuzzyArtistsOption,
  type LibraryFlags,
  thresholdOption,
  withLibrary,
  withProgress,
} from "./shared.ts";

interface CheckFlags extends LibraryFlags {
  threshold: number;
  fuzzy: boolean;
  fuzzyArtists: boolean;
}

const help = `
duplicate   its tags, its content or its audio are those of a file in the library
uncertain   its title is like that of a file of the same artist
weak        only its name is the same, as neither has tags: no duplicate by that alone
new         nothing of the kind

A file of the library is never a match of itself. Content is compared by a sample of it: look before you delete anything.

Examples:
  copycat library check 'incoming/Night Ferry.flac'
  copycat library check incoming/*.mp3 --threshold 0.9
  copycat library check song.wav --no-fuzzy --json

Exit codes: 0 all were checked, whatever was found; 1 failed; 2 wrong usage; 3 some files could not be read.`;

export function addCheckCommand(library: Command): void {
  const command = library
    .command("check")
    .description("Say of each file whether the library has it already, and which one it is.")
    .argument("<paths...>", "files, in the library or not")
    .addOption(thresholdOption())
    .addOption(option("--no-fuzzy", "leave out titles that are only alike", "they are found, too"))
    .addOption(fuzzyArtistsOption());
  addLibraryOptions(command, help).action(async (paths: string[], flags: CheckFlags) => {
    const { threshold: fuzzyThreshold, fuzzy: useFuzzy, fuzzyArtists } = flags;
    const checked = await withProgress(flags, (hooks) =>
      withLibrary(flags, (opened) =>
        new DuplicateChecker(opened).checkBatch(paths, { fuzzyThreshold, useFuzzy, fuzzyArtists, ...hooks }),
      ),
    );
    const results = checked.map((result, index) => ({ ...result, path: paths[index] ?? result.path }));
    if (flags.json) printJson({ count: results.length, results: results.map(resultJson) });
    else printResult(formatResults(results));
    const failed = results.filter(({ problem }) => problem !== null);
    const { notice } = makeLog(flags.quiet);
    if (failed.length > 0 && !flags.json) notice(`${plural(failed.length, "file")} could not be read.`);
    process.exitCode = failed.length === 0 ? exitCodes.ok : exitCodes.rejects;
  });
}

function verdict(result: CheckedFile): string {
  return result.problem === null ? verdictOf(result) : "unreadable";
}

function formatResults(results: readonly CheckedFile[]): string {
  return formatFitTable(
    [
      { title: "file", text: ({ path }) => path, cut: "start" },
      { title: "verdict", text: verdict, cut: "never" },
      {
        title: "why",
        text: ({ problem, matchType, confidence }) => problem?.message ?? matchText(matchType, confidence),
      },
      { title: "in the library", text: ({ matchedFile }) => matchedFile?.path ?? "-", cut: "start" },
    ],
    results,
  );
}

function resultJson(result: CheckedFile): object {
  const { path, isDuplicate, confidence, matchType, matchedFile, allMatches, problem } = result;
  return {
    path,
    verdict: verdict(result),
    isDuplicate,
    confidence,
    matchType,
    matchedFile: matchedFile === null ? null : fileFacts(matchedFile),
    allMatches: allMatches.map(({ file, ...match }) => ({ ...match, file: fileFacts(file) })),
    problem,
  };
}
