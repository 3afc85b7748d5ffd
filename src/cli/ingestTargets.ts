// copycat ingest with a targets file: runs it, and prints what became of it.

import type { IngestAllOptions, IngestOptions } from "../ingest/index.ts";
import {
  ingestTargets,
  readTargets,
  resumeTargetIngest,
  routeGroups,
  type SummedTargets,
  sumTargets,
  type TargetResult,
} from "../targets/index.ts";
import {
  explainFailures,
  firstSteps,
  formatSum,
  printFailure,
  printUnopened,
  statusCode,
} from "./ingestResults.ts";
import { formatIngestReport } from "./ingestSummary.ts";
import { inOptions } from "./inOptions.ts";
import { connections, targetsArgument } from "./openTargets.ts";
import { formatCount, printJson, printNotice, printResult } from "./output.ts";
import { makeProgressLine, type ProgressLine } from "./progressLine.ts";
import { formatTable, type TableColumn } from "./table.ts";
import { type AllProgress, formatAllProgress, TargetsProgress } from "./targetsProgress.ts";

interface Flags {
  json: boolean;
  quiet: boolean;
  commitEvery?: number;
}

/** The exit code. */
export async function ingestOnTargets(
  file: string,
  options: Omit<IngestAllOptions, "onProgress" | "onResult">,
  flags: Flags,
): Promise<number> {
  const targets = await readTargets(file);
  // Before a schema is made: a mistyped name must leave nothing behind.
  const looking = makeProgressLine(process.stderr, flags.quiet, formatLooking);
  const groups = await routeGroups(targets, {
    ...options,
    onRecords: (input, records) => looking.show({ phase: input, records }),
  }).finally(looking.clear);
  printUnopened(groups);
  const progress = new TargetsProgress(new Set(groups.flatMap(({ target }) => target?.name ?? [])).size);
  const line = makeLine(flags.quiet);
  const start = performance.now();
  const results = await ingestTargets(
    targets,
    {
      ...options,
      ...connections("ingest", flags.quiet),
      onProgress: (now) => line.show(progress.add(now)),
      onResult: (result) => {
        line.clear();
        if (result.group.error === null) printOne(result, flags);
      },
    },
    groups,
  );
  return printAll(results, { ...flags, file, elapsedMs: Math.round(performance.now() - start) });
}

/** Goes on with a run, on whichever target has it; the exit code. */
export async function resumeOnTargets(
  file: string,
  run: string,
  options: Omit<IngestOptions, "inputs">,
  { json, quiet }: Flags,
): Promise<number> {
  const targets = await readTargets(file);
  const progress = new TargetsProgress(1);
  const line = makeLine(quiet);
  const { target, report } = await resumeTargetIngest(targets, run, {
    ...options,
    ...connections("ingest", quiet),
    onProgress: (now) => line.show(progress.add({ ...now, target: run, group: null })),
  }).finally(line.clear);
  if (json) printJson({ target, ...report });
  else printResult(`${target}  ${formatIngestReport(report, null)}`);
  return statusCode(report);
}

const formatLooking = ({ phase, records }: { phase: string; records: number }): string =>
  `looking whose records ${phase} has: ${formatCount(records)}`;

const makeLine = (quiet: boolean): ProgressLine<AllProgress> =>
  makeProgressLine(process.stderr, quiet, formatAllProgress);

/** As soon as it has ended. */
function printOne(result: TargetResult, { json }: Flags): void {
  const { target, report, error, group } = result;
  if (report === null) printFailure(group.name, error);
  else if (!json) printResult(`${target}  ${formatIngestReport(report, null)}`);
}

function printAll(
  results: readonly TargetResult[],
  { file, elapsedMs, ...flags }: Flags & { file: string; elapsedMs: number },
): number {
  const sum = sumTargets(results, elapsedMs, inOptions);
  const failure = explainFailures(results, { isAtomic: flags.commitEvery === undefined });
  if (flags.json) printJson(failure === null ? sum : { ...sum, error: failure });
  else {
    const next = flags.quiet ? [] : firstSteps(results, { dsnArgument: targetsArgument(file) });
    printResult(["", formatTable(columns, sum.datasets), formatSum(sum), ...next].join("\n"));
  }
  if (failure !== null) printNotice(`copycat: ${failure.message}`);
  return statusCode(sum);
}

type Dataset = SummedTargets["datasets"][number];

const count = (of: keyof SummedTargets["nodes"]) => (dataset: Dataset) =>
  "nodes" in dataset ? formatCount(dataset.nodes[of]) : "-";

const columns: readonly TableColumn<Dataset>[] = [
  { title: "TARGET", text: ({ target }) => target ?? "-" },
  { title: "DATASET", text: ({ dataset }) => dataset },
  { title: "STATUS", text: ({ status }) => status },
  { title: "INSERTED", text: count("inserted"), isNumber: true },
  { title: "UPDATED", text: count("updated"), isNumber: true },
  { title: "UNCHANGED", text: count("unchanged"), isNumber: true },
  { title: "REJECTED", text: count("rejected"), isNumber: true },
];
