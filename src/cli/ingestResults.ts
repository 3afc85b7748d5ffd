// What an ingest of one or several data sets prints, and the exit code it ends with.

import { hasUnknownOutcome } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import {
  type GroupResult,
  type IngestReport,
  type InputGroup,
  type SummedReport,
  sumReports,
} from "../ingest/index.ts";
import { exitCodes, explainError } from "./exitCodes.ts";
import { formatIngestReport, nextSteps } from "./ingestSummary.ts";
import { inOptions } from "./inOptions.ts";
import { formatCount, formatDuration, plural, printJson, printNotice, printResult } from "./output.ts";
import type { OpenedDatabase } from "./withDatabase.ts";

export interface ResultOptions {
  json: boolean;
  /** For what to type next; null: nothing of it. */
  opened: OpenedDatabase | null;
  /** Of what failed nothing was changed; false where it commits in parts. */
  isAtomic: boolean;
}

/** What cannot be opened is said before the others are read, which may take hours. */
export function printUnopened(groups: readonly InputGroup[]): void {
  for (const { name, error } of groups) if (error !== null) printFailure(name, error);
}

/** Most messages name the input, but what a server says does not. */
export function printFailure(name: string, error: unknown): void {
  printNotice(explainError(error).replace("copycat: ", `copycat: ${name}: `));
}

/**
 * Of one group among several, as soon as it has ended: its report, or what it failed with. Nothing with `json`, where
 * all are one document.
 */
export function printGroup(
  { group, report, error }: GroupResult,
  { json }: Pick<ResultOptions, "json">,
): void {
  if (report !== null && !json) printResult(formatIngestReport(report, null));
  if (report === null) printFailure(group.name, error);
}

/**
 * After all groups: of one its report as it is, of several their sum. The exit code.
 *
 * @throws what a single group failed with
 */
export function printIngested(results: readonly GroupResult[], options: ResultOptions): number {
  const [only] = results;
  if (only !== undefined && results.length === 1) return printOnly(only, options);
  const sum = sumReports(results, inOptions);
  const failure = explainFailures(results, options);
  if (options.json) printJson(failure === null ? sum : { ...sum, error: failure });
  else printResult([formatSum(sum), ...firstSteps(results, options.opened)].join("\n"));
  if (failure !== null) printNotice(`copycat: ${failure.message}`);
  return statusCode(sum);
}

function printOnly({ report, error }: GroupResult, options: ResultOptions): number {
  if (report === null) throw error;
  return printReport(report, options);
}

/** Of one run; the exit code. */
export function printReport(
  report: IngestReport,
  { json, opened }: Pick<ResultOptions, "json" | "opened">,
): number {
  if (json) printJson(report);
  else printResult(formatIngestReport(report, opened));
  return statusCode(report);
}

export function statusCode({ status }: Pick<SummedReport, "status">): number {
  if (status === "failed") return exitCodes.failed;
  return status === "completed" ? exitCodes.ok : exitCodes.rejects;
}

/** "3 data sets: 2 in, 1 of them with rejects, 1 failed; 61 nodes in, 3 rejected (2.1 s)" */
export function formatSum({
  datasets,
  nodes,
  dryRun,
  elapsedMs,
}: Pick<SummedReport, "datasets" | "nodes" | "dryRun" | "elapsedMs">): string {
  const count = (status: string): number => datasets.filter((dataset) => dataset.status === status).length;
  const failed = count("failed");
  const withRejects = count("completed_with_rejects");
  const groups = [
    `${formatCount(datasets.length - failed)} ${dryRun ? "would go in" : "in"}`,
    ...(withRejects === 0 ? [] : [`${formatCount(withRejects)} of them with rejects`]),
    ...(failed === 0 ? [] : [`${formatCount(failed)} failed`]),
  ];
  const stayed = nodes.unchanged + nodes.skipped;
  const counts = [
    `${plural(nodes.inserted, "node")} ${dryRun ? "would go in" : "in"}`,
    ...(nodes.updated === 0 ? [] : [`${formatCount(nodes.updated)} updated`]),
    ...(stayed === 0 ? [] : [`${formatCount(stayed)} already there`]),
    ...(nodes.rejected === 0 ? [] : [`${formatCount(nodes.rejected)} rejected`]),
  ];
  return `${plural(datasets.length, "data set")}: ${groups.join(", ")}; ${counts.join(", ")} (${formatDuration(elapsedMs)})`;
}

/** Once for all: with the first data set that went in. */
export function firstSteps(
  results: readonly GroupResult[],
  opened: Pick<OpenedDatabase, "dsnArgument"> | null,
): string[] {
  for (const { report } of results) {
    const steps = report === null ? [] : nextSteps(report, opened);
    if (steps.length > 0) return steps;
  }
  return [];
}

/** Which groups failed, and what that means for the others; null when none did. */
export function explainFailures(
  results: readonly GroupResult[],
  { isAtomic }: Pick<ResultOptions, "isAtomic">,
) {
  const failed = results.filter(({ report }) => report === null);
  const [first] = failed;
  if (first === undefined) return null;
  const names = failed.map(({ group }) => group.name).join(", ");
  const isKnown = isAtomic && !failed.some(({ error }) => hasUnknownOutcome(error));
  const these = failed.length === 1 ? "it" : "these";
  const changed = isKnown ? `Nothing of ${these} was changed.` : `What is in of ${these} is said above.`;
  const rest = failed.length === results.length ? "" : " The others are in.";
  return {
    code: first.error instanceof CopycatError ? first.error.code : "INTERNAL",
    message: `${formatCount(failed.length)} of ${plural(results.length, "data set")} failed: ${names}. ${changed}${rest}`,
    details: [],
  };
}
