// What a person reads after a load: what went in, how fast, and what to type next.

import type { LoadFileReport, MemoryKind } from "../../../memory/index.ts";
import { formatCount, formatDuration, plural } from "../../output.ts";
import { programName } from "../../programName.ts";
import type { OpenedDatabase } from "../../withDatabase.ts";

export interface SummaryFlags {
  kind: MemoryKind;
  schema: string;
  dryRun: boolean;
  quiet: boolean;
}

const nouns: Record<MemoryKind, [one: string, several: string]> = {
  entries: ["entry", "entries"],
  patterns: ["pattern", "patterns"],
  trajectories: ["step", "steps"],
};

export function formatLoadReport(
  report: LoadFileReport,
  flags: SummaryFlags,
  opened: OpenedDatabase | null,
): string {
  const lines = [headline(report, flags.dryRun), ...details(report, flags)];
  if (opened !== null && !flags.dryRun && !flags.quiet && report.read > report.rejected) {
    lines.push("", ...nextSteps(report, flags, opened));
  }
  return lines.join("\n");
}

function headline(report: LoadFileReport, dryRun: boolean): string {
  const { kind, read, inserted, updated, rejected, elapsedMs, rowsPerSecond } = report;
  const rate = `${formatDuration(elapsedMs)}, ${formatCount(rowsPerSecond)} rows/s`;
  const some = (count: number): string => plural(count, ...nouns[kind]);
  if (dryRun) {
    return `dry run, nothing was changed; ${formatCount(inserted)} of ${some(read)} would go in (${rate})`;
  }
  if (read > 0 && read === rejected) return `nothing went in, ${some(rejected)} rejected (${rate})`;
  if (inserted + updated === 0) {
    return `nothing to change, ${formatCount(read - rejected)} of ${some(read)} are in already (${rate})`;
  }
  return `${some(inserted)} in${updated === 0 ? "" : `, ${formatCount(updated)} updated`} (${rate})`;
}

function details(report: LoadFileReport, { kind, dryRun }: SummaryFlags): string[] {
  const { inserted, updated, unchanged, skipped, duplicates, rejected, rejectsFile } = report;
  const lines = [];
  if (unchanged + skipped > 0 && inserted + updated > 0) {
    lines.push(`  already there, left as they are: ${formatCount(unchanged + skipped)}`);
  }
  if (duplicates > 0) lines.push(`  standing in the input more than once: ${formatCount(duplicates)}`);
  if (rejectsFile !== null) {
    lines.push(
      `  ${plural(rejected, "reject")} in ${rejectsFile}`,
      `  Mend them and run \`copycat memory load\` on that file with --kind ${kind}.`,
    );
  } else if (rejected > 0) {
    const would = dryRun ? "would be rejected; --rejects FILE lists them" : "rejected";
    lines.push(`  ${plural(rejected, "record")} ${would}.`);
  }
  return lines;
}

function nextSteps(
  { kind }: LoadFileReport,
  { schema }: SummaryFlags,
  { dsnArgument }: OpenedDatabase,
): string[] {
  const target = `${dsnArgument}${schema === "memory" ? "" : ` --schema ${schema}`}`;
  const steps =
    kind === "entries"
      ? [
          [`${programName()} memory list${target} --limit 5`, "look at the newest"],
          [`${programName()} memory search --key NAMESPACE/KEY${target}`, "find what is near one of them"],
          [`${programName()} memory export${target} > entries.jsonl`, "take them out again"],
        ]
      : [[`${programName()} memory export --kind ${kind}${target}`, "look at them"]];
  return ["Next:", ...steps.flatMap(([command, purpose]) => [`  # ${purpose}`, `  ${command}`])];
}
