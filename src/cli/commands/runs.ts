// copycat runs: what was ingested when, by whom, with which counts.

import type { Command } from "commander";
import { getRun, listRuns, type RunStatus, runStatuses } from "../../ingest/index.ts";
import { dsnOption, jsonOption, option, quietOption, wholeNumber } from "../options.ts";
import { makeLog, printJson, printResult } from "../output.ts";
import { formatRun, formatRuns } from "../runsSummary.ts";
import { withDatabase } from "../withDatabase.ts";

interface RunFlags {
  dsn?: string;
  json: boolean;
  quiet: boolean;
}

interface ListFlags extends RunFlags {
  dataset?: string;
  status?: RunStatus;
  limit: number;
}

const groupNotes = `
Without a command: list.

Examples:
  copycat runs                              the last 20
  copycat runs --dataset VDP --limit 1      the last one of VDP
  copycat runs --status interrupted         those whose process is gone
  copycat runs show 6f1c                    one of them, by the beginning of its id`;

const statusNotes = `
Status: running; interrupted, when it did not end and its process is gone; completed; completed_with_rejects; failed.
Inserted, updated, unchanged, rejected are nodes; unchanged are those that were there already, skipped ones included.`;

export function addRunsCommand(program: Command): void {
  const runs = program
    .command("runs")
    .description("What was ingested when, by whom, with which counts.")
    .addHelpText("after", groupNotes);
  runs
    .command("list", { isDefault: true })
    .description("List the runs of a database, the newest first.")
    .addOption(option("--dataset <key>", "only those that filled this data set", "all"))
    .addOption(option("--status <status>", "only those of this status (default: all)").choices(runStatuses))
    .addOption(option("--limit <n>", "list so many at most").argParser(wholeNumber(1)).default(20))
    .addOption(dsnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", statusNotes)
    .action(runList);
  runs
    .command("show")
    .description("Show all that is known of one run, and what to do next.")
    .argument("<id>", "the id, or its first four or more characters")
    .addOption(dsnOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(async (id: string, flags: RunFlags) => {
      await withDatabase("runs", { ...flags, mustExist: true }, async ({ database, dsnArgument }) => {
        const run = await getRun(database, id);
        if (flags.json) printJson(run);
        else printResult(formatRun(run, dsnArgument));
      });
    });
}

async function runList({ dataset, status, limit, ...flags }: ListFlags): Promise<void> {
  const wanted = {
    limit,
    ...(dataset === undefined ? {} : { dataset }),
    ...(status === undefined ? {} : { status }),
  };
  const runs = await withDatabase("runs", { ...flags, mustExist: true }, ({ database }) =>
    listRuns(database, wanted),
  );
  if (flags.json) printJson({ runs });
  else if (runs.length > 0) printResult(formatRuns(runs));
  if (runs.length > 0) return;
  const isFiltered = dataset !== undefined || status !== undefined;
  makeLog(flags.quiet).notice(
    isFiltered ? "No run fits. `copycat runs` lists all." : "No run is recorded in this database yet.",
  );
}
