// What the library commands have in common.

import { type Command, InvalidArgumentError, type Option } from "commander";
import { shellWord } from "../../../catalog/promoted/target.ts";
import { defaultLibrary, defaultSchema, type Library, openLibrary } from "../../../library/index.ts";
import { dsnOption, jsonOption, option, quietOption } from "../../options.ts";
import { makeLog } from "../../output.ts";
import { formatLoadProgress, makeProgressLine } from "../../progressLine.ts";
import { abortOnSignals } from "../../signals.ts";
import { type OpenedDatabase, withDatabase } from "../../withDatabase.ts";

export interface LibraryFlags {
  dsn?: string;
  schema: string;
  library: string;
  json: boolean;
  quiet: boolean;
}

const schemaOption = (): Option =>
  option("--schema <name>", "schema that holds the library store's tables").default(defaultSchema);

const libraryOption = (): Option =>
  option("--library <name>", "which library: each has a folder of its own").default(defaultLibrary);

/** The options that every command of the library has, and then its examples. */
export function addLibraryOptions(command: Command, help: string): Command {
  return command
    .addOption(libraryOption())
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", help);
}

/** Opens the database for a command that makes nothing in it. */
export function withStore<Result>(
  flags: LibraryFlags,
  work: (opened: OpenedDatabase) => Promise<Result>,
): Promise<Result> {
  const firstStep = "copycat library scan FOLDER";
  return withDatabase("library", { ...flags, mustExist: true, firstStep }, work);
}

/** As `withStore`, and opens the library. */
export function withLibrary<Result>(
  flags: LibraryFlags,
  work: (library: Library) => Promise<Result>,
): Promise<Result> {
  return withStore(flags, async ({ database }) => {
    const { schema, library } = flags;
    return work(await openLibrary(database, { schema, library, create: false }));
  });
}

/** What a command typed next needs to reach the same library. */
export function targetArguments({ schema, library }: LibraryFlags, dsnArgument: string): string {
  const named = library === defaultLibrary ? "" : ` --library ${shellWord(library)}`;
  const placed = schema === defaultSchema ? "" : ` --schema ${shellWord(schema)}`;
  return `${dsnArgument}${named}${placed}`;
}

export const thresholdOption = (): Option =>
  option("--threshold <ratio>", "from which likeness of titles on, 0 to 1, two files are compared as alike")
    .argParser(ratio)
    .default(0.8);

export const fuzzyArtistsOption = (): Option =>
  option(
    "--fuzzy-artists",
    "also titles of artists whose names are nearly the same; needs pg_trgm, which is made on first use",
  ).default(false);

function ratio(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("expected a number from 0 to 1");
}

export interface ReadingHooks {
  signal: AbortSignal;
  onProgress: (progress: { checked: number; total?: number }) => void;
}

/** Runs what looks at many files, with a line of progress; a signal ends it in order. */
export async function withProgress<Result>(
  { quiet }: Pick<LibraryFlags, "quiet">,
  work: (hooks: ReadingHooks) => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  const progress = makeProgressLine(process.stderr, quiet, formatLoadProgress);
  const { signal, release } = abortOnSignals(() => {
    progress.clear();
    makeLog(quiet).notice("\nStopping; nothing is changed.");
  });
  try {
    return await work({
      signal,
      onProgress: ({ checked, total }) => {
        const elapsedMs = performance.now() - start;
        progress.show({ phase: "check", done: checked, total: total ?? null, rejected: 0, elapsedMs });
      },
    });
  } finally {
    progress.clear();
    release();
  }
}
