// copycat runs: what was ingested when, by whom, with which counts.

import type { Command } from "commander";
import { getRun, listRuns, type RunDetails, type RunStatus, runStatuses } from "../../ingest/index.ts";
import { dropMoved, findRun, readTargets } from "../../targets/index.ts";
import { targetsArgument, withOpenTargets } from "../openTargets.ts";
import { dsnOption, jsonOption, option, quietOption, targetsOption, wholeNumber } from "../options.ts";
import { makeLog, printJson, printResult } from "../output.ts";
import { formatRun, formatRuns } from "../runsSummary.ts";
import { elementsOf, inFront, printElements } from "../targetAnswers.ts";
import { withDatabase } from "../withDatabase.ts";
import { askTargets } from "../withTargets.ts";

interface RunFlags {
  dsn?: string;
  targets?: string;
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
  copycat runs show 6f1c                    one of them, by the beginning of its id
  copycat runs --targets targets.yaml       the last 20 of several servers`;

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
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", statusNotes)
    .action(runList);
  runs
    .command("show")
    .description("Show all that is known of one run, and what to do next.")
    .argument("<id>", "the id, or its first four or more characters")
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action(runShow);
}

async function runList({ dataset, status, limit, ...flags }: ListFlags): Promise<void> {
  const wanted = {
    limit,
    ...(dataset === undefined ? {} : { dataset }),
    ...(status === undefined ? {} : { status }),
  };
  const answers = await askTargets("runs", { ...flags, mustExist: true }, ({ database }) =>
    listRuns(database, wanted),
  );
  // Of several servers the newest of all; each sends its own newest first.
  const runs =
    flags.targets === undefined
      ? elementsOf(answers)
      : dropMoved((await readTargets(flags.targets)).list, elementsOf(answers).map(named))
          .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
          .slice(0, limit);
  if (flags.json) printElements("runs", runs, answers);
  else if (runs.length > 0) printResult(formatRuns(runs));
  if (runs.length > 0) return;
  const isFiltered = dataset !== undefined || status !== undefined;
  makeLog(flags.quiet).notice(
    isFiltered
      ? "No run fits. `copycat runs` lists all."
      : `No run is recorded in ${answers.isOfTargets ? "these databases" : "this database"} yet.`,
  );
}

/** Of targets all have one. */
const named = <Run extends { target?: string }>(run: Run) => ({ ...run, target: run.target ?? "" });

async function runShow(id: string, { json, ...flags }: RunFlags): Promise<void> {
  const { targets } = flags;
  const print = (run: RunDetails, dsnArgument: string, target: string | null): void => {
    if (json) printJson(target === null ? run : { target, ...run });
    else printResult(`${inFront({ target })}${formatRun(run, dsnArgument)}`);
  };
  if (targets === undefined) {
    await withDatabase("runs", { ...flags, mustExist: true }, async ({ database, dsnArgument }) =>
      print(await getRun(database, id), dsnArgument, null),
    );
    return;
  }
  await withOpenTargets("runs", await readTargets(targets), flags.quiet, async (opened) => {
    const { run, target } = await findRun(opened, id);
    print(run, targetsArgument(targets), target.name);
  });
}
