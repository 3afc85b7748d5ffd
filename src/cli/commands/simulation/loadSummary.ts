// What a person reads after a load: what went in, how fast, and what to type next.

import { shellWord } from "../../../catalog/promoted/target.ts";
import type { LoadSimulationReport } from "../../../simulation/index.ts";
import { formatBytes } from "../../formatBytes.ts";
import { formatCount, formatDuration, plural } from "../../output.ts";
import { programName } from "../../programName.ts";
import { rejectLines } from "../../rejectLines.ts";
import type { OpenedDatabase } from "../../withDatabase.ts";

export interface SummaryFlags {
  schema: string;
  dryRun: boolean;
  quiet: boolean;
}

export function formatLoadReport(
  report: LoadSimulationReport,
  flags: SummaryFlags,
  opened: OpenedDatabase | null,
): string {
  const lines = [headline(report, flags.dryRun), ...details(report, flags)];
  if (opened !== null && !flags.dryRun && !flags.quiet && report.read > report.rejected) {
    lines.push("", ...nextSteps(report, flags, opened));
  }
  return lines.join("\n");
}

function headline(report: LoadSimulationReport, dryRun: boolean): string {
  const { read, inserted, updated, rejected, elapsedMs, rowsPerSecond, scenario } = report;
  const rate = `${formatDuration(elapsedMs)}, ${formatCount(rowsPerSecond)} a second`;
  if (dryRun) {
    const would = formatCount(inserted + updated);
    return `dry run, nothing was changed; ${would} of ${some(read)} would go in (${rate})`;
  }
  if (read === 0) return `there is nothing to load (${rate})`;
  if (read === rejected) return `nothing went in, ${some(rejected)} rejected (${rate})`;
  if (inserted + updated === 0) {
    return `nothing to change, ${formatCount(read - rejected)} of ${some(read)} are in the scenario "${scenario}" already (${rate})`;
  }
  const parts = [];
  if (report.updates > 0) parts.push(plural(report.updates, "update"));
  if (report.initialDatasets > 0) parts.push(plural(report.initialDatasets, "initial dataset"));
  return `${parts.join(" and ")} in the scenario "${scenario}" (${rate})`;
}

const some = (count: number): string =>
  plural(count, "update or initial dataset", "updates and initial datasets");

function details(report: LoadSimulationReport, { dryRun }: SummaryFlags): string[] {
  const { inserted, updated, unchanged, skipped, duplicates, arrays, bytes } = report;
  const lines = [];
  if (arrays > 0) lines.push(`  ${plural(arrays, "array")}; ${formatBytes(bytes)} sent for those of updates`);
  if (updated > 0 && !dryRun) lines.push(`  replaced, as they differed: ${formatCount(updated)}`);
  if (unchanged + skipped > 0 && inserted + updated > 0) {
    lines.push(`  already there, left as they are: ${formatCount(unchanged + skipped)}`);
  }
  if (duplicates > 0) lines.push(`  standing in the input more than once: ${formatCount(duplicates)}`);
  return [...lines, ...rejectLines(report, dryRun)];
}

function nextSteps(
  { scenario }: LoadSimulationReport,
  { schema }: SummaryFlags,
  { dsnArgument }: OpenedDatabase,
): string[] {
  const target = `${dsnArgument}${schema === "simulation" ? "" : ` --schema ${shellWord(schema)}`}`;
  return [
    "Next:",
    "  # see what the store holds",
    `  ${programName()} simulation list${target}`,
    "  # its datasets, their times and attributes",
    `  ${programName()} simulation show --scenario ${shellWord(scenario)}${target}`,
  ];
}
