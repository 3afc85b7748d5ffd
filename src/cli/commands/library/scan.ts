// copycat library scan: a folder of files into the index.

import { type Command, InvalidArgumentError } from "commander";
import { type MergePolicy, mergePolicies } from "../../../bulk/index.ts";
import { checkScan, type ScanFolderOptions, type ScanKind, scanFolder } from "../../../library/index.ts";
import { option, wholeNumber } from "../../options.ts";
import { runStoreLoad } from "../../runStoreLoad.ts";
import { safeText } from "../../safeText.ts";
import { formatScanReport } from "./scanSummary.ts";
import { addLibraryOptions, type LibraryFlags } from "./shared.ts";

interface ScanFlags extends LibraryFlags {
  kind: ScanKind;
  sniff: boolean;
  fullHash: boolean;
  reread: boolean;
  workers?: number;
  allowEmpty: boolean;
  setRoot: boolean;
  onConflict: MergePolicy;
  rejects?: string;
  maxRejects?: number;
  commitEvery: number;
  dryRun: boolean;
}

const help = `
A library is one folder and all that is below it. The first scan says which folder; later ones take it again, or a folder
below it, and open only what is new or changed since (by time and size).

  moved     a file with another path and the same content keeps its row and its id, if there is no doubt
  missing   a file that is gone is marked and kept; when it comes back it is active again
  rejects   files that cannot be read, or are no audio inside, are listed with path and reason; the rest goes in

A folder that holds no file at all where the library has some is taken for a drive that is not mounted: nothing is marked.
Symbolic links are not followed, but for the folder itself; what was behind one is missing. A file .ndignore has patterns, as a
.gitignore has, of what is passed over in its folder; an empty one, or a file .nomedia, passes over the whole folder.
Files that are read wait in memory, with some 2 kB each, until they are written: --commit-every 10000 for millions of them.

Examples:
  copycat library scan /srv/music
  copycat library scan /srv/music/new                      a part of it
  copycat library scan /srv/samples --library samples      a second library beside the first
  copycat library scan /srv/files --library files --kind any --full-hash
  copycat library scan /mnt/music --set-root               the drive is mounted there now
  copycat library scan /srv/music --dry-run                what would change

Exit codes: 0 all in; 1 failed, nothing changed (but what --commit-every has committed); 2 wrong usage; 3 finished, with rejects.`;

export function addScanCommand(library: Command): void {
  const command = library
    .command("scan")
    .description("Read the files of a folder into a library, or what has changed since the last scan.")
    .argument("<folder>", "the library's folder, or one below it")
    .addOption(
      option("--kind <kind>", "audio: files whose suffix says so; any: all files, those without tags as well")
        .choices(["audio", "any"])
        .default("audio"),
    )
    .addOption(option("--sniff", "also files without a suffix, where their content is audio").default(false))
    .addOption(
      option(
        "--full-hash",
        "also the SHA-256 of all bytes of files that are read: proves that two are the same",
      ).default(false),
    )
    .addOption(option("--reread", "read files again that have not changed").default(false))
    .addOption(option("--workers <n>", "threads that read files", "one per core").argParser(workerCount))
    .addOption(
      option(
        "--allow-empty",
        "mark files as missing also where the folder holds none at all any more",
      ).default(false),
    )
    .addOption(
      option(
        "--set-root",
        "the library's folder is this one now, as when a drive is mounted elsewhere; rows and ids stay",
      ).default(false),
    )
    .addOption(
      option("--on-conflict <policy>", "what to do with known files that have changed")
        .choices([...mergePolicies])
        .default("update"),
    )
    .addOption(
      option("--commit-every <n>", "files in a transaction; 0: all of them in one, at the end")
        .argParser(wholeNumber(0))
        .default(0),
    )
    .addOption(option("--rejects <file>", "where rejects go", ".copycat/rejects/RUN.ndjson"))
    .addOption(
      option("--max-rejects <n>", "fail when there are more rejects", "no limit").argParser(wholeNumber(0)),
    )
    .addOption(option("--dry-run", "read, check and report; change nothing").default(false));
  addLibraryOptions(command, help).action(async (folder: string, flags: ScanFlags) => {
    process.exitCode = await runScan(folder, flags);
  });
}

function runScan(folder: string, flags: ScanFlags): Promise<number> {
  const options = makeOptions(folder, flags);
  return runStoreLoad({
    command: "library scan",
    flags,
    stopping: "Stopping; what is not committed is rolled back, and the same command goes on from there.",
    check: () => checkScan(options),
    load: (database, hooks) =>
      scanFolder(database, {
        ...options,
        ...hooks,
        // They name files.
        log: { notice: (message) => hooks.log.notice(safeText(message)) },
      }),
    format: (report, opened) => formatScanReport(report, flags, opened),
  });
}

function makeOptions(folder: string, flags: ScanFlags): ScanFolderOptions {
  const { library, schema, kind, sniff, fullHash, reread, allowEmpty, setRoot } = flags;
  const { commitEvery, dryRun, onConflict: policy } = flags;
  return {
    folder,
    library,
    schema,
    kind,
    fullHash,
    commitEvery,
    ...(sniff ? { sniff } : {}),
    reread,
    allowEmpty,
    setRoot,
    dryRun,
    policy,
    ...(flags.workers === undefined ? {} : { workers: flags.workers }),
    ...(flags.rejects === undefined ? {} : { rejectsFile: flags.rejects }),
    ...(flags.maxRejects === undefined ? {} : { maxRejects: flags.maxRejects }),
  };
}

const mostWorkers = 64;

function workerCount(text: string): number {
  const value = wholeNumber(1)(text);
  if (value > mostWorkers) throw new InvalidArgumentError(`expected at most ${mostWorkers}`);
  return value;
}
