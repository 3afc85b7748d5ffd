// What a person reads after a scan: what changed, how fast, and what to type next.

import type { ScanFolderReport } from "../../../library/index.ts";
import { formatCount, formatDuration, plural } from "../../output.ts";
import { programName } from "../../programName.ts";
import { rejectLines } from "../../rejectLines.ts";
import { safeText } from "../../safeText.ts";
import type { OpenedDatabase } from "../../withDatabase.ts";
import { type LibraryFlags, targetArguments } from "./shared.ts";

export interface SummaryFlags extends LibraryFlags {
  dryRun: boolean;
}

export function formatScanReport(
  report: ScanFolderReport,
  flags: SummaryFlags,
  opened: OpenedDatabase | null,
): string {
  const lines = [headline(report, flags.dryRun), ...details(report, flags.dryRun)];
  if (opened !== null && !flags.dryRun && !flags.quiet && report.read > report.rejected) {
    lines.push("", ...nextSteps(flags, opened));
  }
  return lines.join("\n");
}

function headline(report: ScanFolderReport, dryRun: boolean): string {
  const { read, inserted, updated, rejected, moved, missing, reactivated, library } = report;
  const rate = `${formatDuration(report.elapsedMs)}, ${formatCount(report.rowsPerSecond)} files/s`;
  const name = safeText(library);
  if (dryRun) {
    return `dry run, nothing was changed; ${formatCount(inserted)} of ${plural(read, "file")} would go in (${rate})`;
  }
  if (read > 0 && read === rejected) return `nothing went in, ${plural(rejected, "file")} rejected (${rate})`;
  if (inserted + updated + moved + missing + reactivated === 0) {
    return `nothing to change, ${plural(read - rejected, "file")} in the library "${name}" (${rate})`;
  }
  const parts = [
    ...(inserted > 0 ? [`${plural(inserted, "file")} in`] : []),
    ...(updated > 0 ? [`${formatCount(updated)} updated`] : []),
  ];
  const what = parts.length === 0 ? `${plural(read, "file")} looked at` : parts.join(", ");
  return `library "${name}": ${what} (${rate})`;
}

function details(report: ScanFolderReport, dryRun: boolean): string[] {
  const { inserted, updated, unchanged, skipped, duplicates } = report;
  const { moved, missing, reactivated } = report;
  const lines = [];
  if (dryRun && updated > 0) lines.push(`  would be renewed: ${formatCount(updated)}`);
  if (unchanged > 0 && inserted + updated > 0) lines.push(`  unchanged: ${formatCount(unchanged)}`);
  if (skipped > 0) lines.push(`  changed, left as they are: ${formatCount(skipped)}`);
  if (duplicates > 0) lines.push(`  met more than once: ${formatCount(duplicates)}`);
  if (moved > 0) lines.push(`  moved, with their rows: ${formatCount(moved)}`);
  if (reactivated > 0) lines.push(`  back again: ${formatCount(reactivated)}`);
  if (missing > 0) lines.push(`  missing, marked and kept: ${formatCount(missing)}`);
  return [...lines, ...rejectLines(report, dryRun)];
}

function nextSteps(flags: SummaryFlags, { dsnArgument }: OpenedDatabase): string[] {
  const target = targetArguments(flags, dsnArgument);
  return [
    "Next:",
    "  # what there is twice",
    `  ${programName()} library duplicates${target}`,
    "  # find files",
    `  ${programName()} library search WORDS${target}`,
  ];
}
