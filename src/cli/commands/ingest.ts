// copycat ingest: the main job.

import { Argument, type Command } from "commander";
import { type MergePolicy, mergePolicies } from "../../bulk/index.ts";
import { ensureCatalog, type LoadMode, type TriggerWay } from "../../catalog/index.ts";
import { CopycatError } from "../../errors.ts";
import {
  checkGroups,
  type IngestAllOptions,
  type IngestProgress,
  type InputGroup,
  ingestAll,
  resumeIngest,
} from "../../ingest/index.ts";
import { printGroup, printIngested, printReport, printUnopened } from "../ingestResults.ts";
import { ingestOnTargets, resumeOnTargets } from "../ingestTargets.ts";
import { inOptions } from "../inOptions.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption, wholeNumber } from "../options.ts";
import { makeLog } from "../output.ts";
import { formatGroupProgress, makeProgressLine } from "../progressLine.ts";
import { abortOnSignals } from "../signals.ts";
import { databaseExists, type OpenedDatabase, withDatabase } from "../withDatabase.ts";

interface IngestFlags {
  dsn?: string;
  targets?: string;
  onConflict?: MergePolicy;
  mode: LoadMode;
  triggers: TriggerWay;
  rejects?: string;
  maxRejects?: number;
  workers?: number;
  limit?: number;
  source?: string;
  trustLayout: boolean;
  checksum: boolean;
  reread: boolean;
  prune: boolean;
  commitEvery?: number;
  resume?: string;
  dryRun: boolean;
  json: boolean;
  quiet: boolean;
}

const examples = `
Examples:
  copycat ingest examples/vdp.yaml                  a dataset, into the embedded PostgreSQL
  copycat ingest /data/scans --dsn postgres://...   a folder of HDF5 files, any depth
  copycat ingest examples/vdp.yaml                  again: reads only files that are new or have changed
  copycat ingest examples/vdp.yaml --prune          and takes out what is gone; with --dry-run: tells what would go
  copycat ingest huge.yaml --commit-every 1000000   in parts; --resume RUN goes on after a crash (copycat runs)
  copycat ingest datasets/*.yaml                    several, each in a transaction of its own
  copycat ingest datasets/*.yaml --targets all.yaml each into the server that this file names for it, side by side
  zcat nodes.ndjson.gz | copycat ingest -           node records, one JSON object a line
  copycat ingest .copycat/rejects/RUN.ndjson        rejects, once they are mended

Of several inputs each dataset YAML and each folder goes in by itself, and files that follow each other go in together.
One that fails leaves the others in.

Exit codes: 0 all in; 1 failed, nothing changed by what failed; 2 wrong usage; 3 finished, with rejects.`;

export function addIngestCommand(program: Command): void {
  program
    .command("ingest")
    .description("Pour HDF5 files or node records into the catalog, each data set in one transaction.")
    .addArgument(new Argument("[input...]", "dataset YAML, folder, HDF5 file, NDJSON file, or - for stdin"))
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(
      option(
        "--on-conflict <policy>",
        "what to do with nodes that are there already",
        "skip, but update those of files that have changed",
      ).choices([...mergePolicies]),
    )
    .addOption(
      option(
        "--prune",
        "delete nodes whose files are gone, or no longer hold them; else these are told",
      ).default(false),
    )
    .addOption(
      option("--checksum", "compare files by their content, not by the time of the last change").default(
        false,
      ),
    )
    .addOption(option("--reread", "read all files, also those that have not changed").default(false))
    .addOption(
      option(
        "--commit-every <n>",
        "commit whenever n nodes have come, so that a crash loses no more than that",
        "once, at the end",
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      option(
        "--resume <run>",
        "go on with a run that broke off, with its inputs and options; no input is named",
        "a new run",
      ),
    )
    .addOption(
      option(
        "--mode <mode>",
        "offline drops indexes and keys and makes them again, which readers wait for; online adds what is new beside them",
      )
        .choices(["auto", "online", "offline"])
        .default("auto"),
    )
    .addOption(
      option(
        "--triggers <way>",
        "how the closure trigger stays out of an online load: disable (ALTER TABLE), or replica (session_replication_role)",
      )
        .choices(["auto", "disable", "replica"])
        .default("auto"),
    )
    .addOption(option("--rejects <file>", "where rejects go", ".copycat/rejects/RUN.ndjson"))
    .addOption(
      option(
        "--max-rejects <n>",
        "fail, with nothing changed, when there are more rejects",
        "no limit",
      ).argParser(wholeNumber(0)),
    )
    .addOption(
      option("--workers <n>", "threads that read HDF5", "cores - 1, from 1 to 4").argParser(wholeNumber(1)),
    )
    .addOption(
      option("--limit <n>", "take only so many entities, files or records", "all").argParser(wholeNumber(1)),
    )
    .addOption(
      option(
        "--source <label>",
        "label that goes into the metadata of every entity",
        "label of the YAML, name of the folder",
      ),
    )
    .addOption(
      option(
        "--trust-layout",
        "with tables: open the first 100 files only, where these are alike; check the others later by verify --files",
      ).default(false),
    )
    .addOption(option("--dry-run", "read, validate and report; change nothing").default(false))
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (inputs: string[], flags: IngestFlags, command: Command) => {
      if (inputs.length === 0 && flags.resume === undefined) {
        command.error("error: missing required argument 'input'", { code: "commander.missingArgument" });
      }
      process.exitCode = await (flags.resume === undefined
        ? runIngest(inputs, flags)
        : runResume(inputs, flags, flags.resume));
    });
}

async function runIngest(inputs: string[], flags: IngestFlags): Promise<number> {
  const progress = makeProgressLine(process.stderr, flags.quiet, formatGroupProgress);
  const log = makeLog(flags.quiet);
  const { signal, release } = abortOnSignals(() =>
    log.notice("\nStopping; what is not committed is rolled back."),
  );
  const options = makeOptions(inputs, flags, signal, progress.show);
  const run = async (opened: OpenedDatabase | null, groups: InputGroup[]): Promise<number> => {
    if (opened !== null && !flags.dryRun) await ensureCatalog(opened.database);
    const onResult: IngestAllOptions["onResult"] = (result) => {
      progress.clear();
      if (groups.length > 1 && result.group.error === null) printGroup(result, flags);
    };
    const results = await ingestAll(opened?.database ?? null, { ...options, onResult }, groups);
    return printIngested(results, {
      json: flags.json,
      opened: flags.quiet ? null : opened,
      isAtomic: flags.commitEvery === undefined,
    });
  };
  try {
    if (flags.targets !== undefined) return await ingestOnTargets(flags.targets, options, flags);
    // Before a server is started or a schema made: a mistyped name must leave nothing behind.
    const groups = await checkGroups(options);
    printUnopened(groups);
    if (flags.dryRun && !databaseExists(flags)) return await run(null, groups);
    return await withDatabase("ingest", { ...flags, onWait: log.notice }, (opened) => run(opened, groups));
  } catch (error) {
    progress.clear();
    throw error;
  } finally {
    release();
  }
}

async function runResume(inputs: string[], flags: IngestFlags, id: string): Promise<number> {
  if (inputs.length > 0) {
    throw new CopycatError(
      "USAGE",
      "A run that is taken up has its inputs already; name none with --resume.",
    );
  }
  const progress = makeProgressLine(process.stderr, flags.quiet, formatGroupProgress);
  const log = makeLog(flags.quiet);
  const { signal, release } = abortOnSignals(() =>
    log.notice("\nStopping; what is not committed is rolled back."),
  );
  const options = {
    signal,
    nameSetting: inOptions,
    log,
    ...(flags.rejects === undefined ? {} : { rejectsFile: flags.rejects }),
  };
  try {
    if (flags.targets !== undefined) return await resumeOnTargets(flags.targets, id, options, flags);
    return await withDatabase("ingest", { ...flags, mustExist: true, onWait: log.notice }, async (opened) => {
      const onProgress = (now: IngestProgress): void => progress.show({ ...now, group: null });
      const report = await resumeIngest(opened.database, id, { ...options, onProgress });
      progress.clear();
      return printReport(report, { json: flags.json, opened: flags.quiet ? null : opened });
    });
  } finally {
    progress.clear();
    release();
  }
}

function makeOptions(
  inputs: string[],
  flags: IngestFlags,
  signal: AbortSignal,
  onProgress: NonNullable<IngestAllOptions["onProgress"]>,
): IngestAllOptions {
  return {
    inputs,
    mode: flags.mode,
    triggers: flags.triggers,
    dryRun: flags.dryRun,
    trustLayout: flags.trustLayout,
    stdin: process.stdin,
    nameSetting: inOptions,
    signal,
    onProgress,
    log: makeLog(flags.quiet),
    checksum: flags.checksum,
    reread: flags.reread,
    prune: flags.prune,
    ...(flags.onConflict === undefined ? {} : { policy: flags.onConflict }),
    ...(flags.commitEvery === undefined ? {} : { commitEvery: flags.commitEvery }),
    ...(flags.rejects === undefined ? {} : { rejectsFile: flags.rejects }),
    ...(flags.maxRejects === undefined ? {} : { maxRejects: flags.maxRejects }),
    ...(flags.workers === undefined ? {} : { workers: flags.workers }),
    ...(flags.limit === undefined ? {} : { limit: flags.limit }),
    ...(flags.source === undefined ? {} : { source: flags.source }),
  };
}
