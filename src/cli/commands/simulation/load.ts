// copycat simulation load: the files of a simulation into a scenario of the store.

import type { Command } from "commander";
import { type MergePolicy, mergePolicies } from "../../../bulk/index.ts";
import {
  checkLoad,
  defaultCommitEvery,
  type LoadSimulationOptions,
  loadSimulation,
} from "../../../simulation/index.ts";
import { dsnOption, jsonOption, option, quietOption, wholeNumber } from "../../options.ts";
import { runStoreLoad } from "../../runStoreLoad.ts";
import { formatLoadReport } from "./loadSummary.ts";
import { type SimulationFlags, schemaOption } from "./shared.ts";

interface LoadFlags extends SimulationFlags {
  scenario?: string;
  initialData?: string;
  onConflict: MergePolicy;
  rejects?: string;
  maxRejects?: number;
  commitEvery: number;
  dryRun: boolean;
}

const examples = `
What is there is seen by looking:
  a folder   with init_data/NAME.json and updates/t{timestamp}_{iteration}_{dataset}.json, or with such updates alone;
             .msgpack and .mpk as well, plain or packed with gzip or zstd
  results.db an SQLite file of the same results, or a folder that holds one; the file is never changed
  run.h5     as simulation export --format hdf5 writes it
  *.ndjson   one update a line: {"dataset": ..., "timestamp": ..., "iteration": ..., "data": {group: {attribute: [...]}}}

An update is known by its dataset, timestamp and iteration. A load that was stopped goes on where it was when it is run
again: what the store has is not opened. --on-conflict update reads all of it and replaces what differs.

Examples:
  copycat simulation load runs/flood_1953
  copycat simulation load runs/flood_1953/results.db --scenario "flood, dikes raised"
  copycat simulation load updates/ --initial-data ../data/init --dry-run
  copycat simulation load .copycat/rejects/RUN.ndjson --scenario flood_1953     rejects, once they are mended

Exit codes: 0 all in; 1 failed, what was committed before stays; 2 wrong usage; 3 finished, with rejects.`;

export function addLoadCommand(simulation: Command): void {
  simulation
    .command("load")
    .description("Load initial datasets and updates of a simulation from its files.")
    .argument("<path>", "folder of files, SQLite file, file of records, or - for stdin")
    .addOption(option("--scenario <name>", "which run of a simulation it is", "name of the folder or file"))
    .addOption(
      option("--initial-data <folder>", "where the files of initial datasets are", "init_data in the folder"),
    )
    .addOption(
      option("--on-conflict <policy>", "what to do with what is there already")
        .choices([...mergePolicies])
        .default("skip"),
    )
    .addOption(option("--rejects <file>", "where rejects go", ".copycat/rejects/RUN.ndjson"))
    .addOption(
      option("--max-rejects <n>", "fail when there are more rejects", "no limit").argParser(wholeNumber(0)),
    )
    .addOption(
      option("--commit-every <n>", "updates in a transaction; 0: all of them in one")
        .argParser(wholeNumber(0))
        .default(defaultCommitEvery),
    )
    .addOption(option("--dry-run", "read, check and report; change nothing").default(false))
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples)
    .action(async (path: string, flags: LoadFlags) => {
      process.exitCode = await runLoad(path, flags);
    });
}

function runLoad(path: string, flags: LoadFlags): Promise<number> {
  const options = makeOptions(path, flags);
  return runStoreLoad({
    command: "simulation load",
    flags,
    stopping: "Stopping; what is committed stays, and the same command goes on from there.",
    check: (hooks) => checkLoad({ ...options, ...hooks }),
    load: (database, hooks) => loadSimulation(database, { ...options, ...hooks }),
    format: (report, opened) => formatLoadReport(report, flags, opened),
  });
}

function makeOptions(input: string, flags: LoadFlags): LoadSimulationOptions {
  const { onConflict: policy, schema, commitEvery, dryRun } = flags;
  return {
    input,
    policy,
    schema,
    commitEvery,
    dryRun,
    stdin: process.stdin,
    ...(flags.scenario === undefined ? {} : { scenario: flags.scenario }),
    ...(flags.initialData === undefined ? {} : { initialData: flags.initialData }),
    ...(flags.rejects === undefined ? {} : { rejectsFile: flags.rejects }),
    ...(flags.maxRejects === undefined ? {} : { maxRejects: flags.maxRejects }),
  };
}
