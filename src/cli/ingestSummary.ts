// What a person reads after an ingest: what went in, how fast, and what to type next.

import { shellWord } from "../catalog/promoted/target.ts";
import type { IngestReport } from "../ingest/index.ts";
import { formatCount, formatDuration, plural } from "./output.ts";
import { programName } from "./programName.ts";
import type { OpenedDatabase } from "./withDatabase.ts";

export function formatIngestReport(report: IngestReport, opened: OpenedDatabase | null): string {
  const lines = [headline(report), ...detailLines(report)];
  if (report.rejectsFile !== null) {
    lines.push(
      `  ${plural(report.nodes.rejected, "reject")} in ${report.rejectsFile}`,
      "  Mend them and run `copycat ingest` on that file.",
    );
  } else if (report.nodes.rejected > 0) {
    lines.push(`  ${plural(report.nodes.rejected, "record")} would be rejected; --rejects FILE lists them.`);
  }
  lines.push(...nextSteps(report, opened));
  return lines.join("\n");
}

function headline({ dataset, nodes, files, dryRun, elapsedMs, nodesPerSecond }: IngestReport): string {
  const rate = `${formatDuration(elapsedMs)}, ${formatCount(nodesPerSecond)} nodes/s`;
  if (dryRun) {
    return `${dataset}: dry run, nothing was changed; ${formatCount(nodes.inserted)} of ${plural(nodes.read, "node")} would go in (${rate})`;
  }
  if (nodes.read > 0 && nodes.read === nodes.rejected) {
    return `${dataset}: nothing went in, ${plural(nodes.rejected, "record")} rejected (${rate})`;
  }
  if (nodes.inserted + nodes.updated === 0 && nodes.read === nodes.unchanged) {
    return `${dataset}: nothing has changed, ${plural(nodes.unchanged, "node")}${ofFiles(files.unchanged)} (${formatDuration(elapsedMs)})`;
  }
  if (nodes.inserted + nodes.updated === 0) {
    return `${dataset}: nothing to change, ${formatCount(nodes.read - nodes.rejected)} of ${plural(nodes.read, "node")} are in already (${rate})`;
  }
  if (nodes.inserted === 0) return `${dataset}: ${plural(nodes.updated, "node")} updated (${rate})`;
  const updated = nodes.updated === 0 ? "" : `, ${formatCount(nodes.updated)} updated`;
  return `${dataset}: ${plural(nodes.inserted, "node")} in${updated} (${rate})`;
}

function detailLines(report: IngestReport): string[] {
  const { nodes, dataSources, structures, assets, closure } = report;
  const stayed = nodes.skipped + nodes.unchanged;
  const lines = [];
  if (nodes.inserted > 0 && !report.dryRun) {
    lines.push(
      `  ${plural(dataSources.inserted, "array")} in ${plural(assets.inserted, "new file")}, ` +
        `${plural(structures.inserted, "new structure")}, ${plural(closure.rows, "closure row")} (${closure.strategy})`,
    );
  }
  if (stayed > 0 && nodes.inserted + nodes.updated > 0) {
    lines.push(`  already there, left as they are: ${formatCount(stayed)}`);
  }
  return [...lines, ...fileLines(report)];
}

function fileLines({ files, dryRun }: IngestReport): string[] {
  const { read, unchanged, changed, moved, vanished, staleNodes, prunedNodes } = files;
  const lines = [];
  if (unchanged > 0 && read > 0) {
    const changes = [`${formatCount(changed)} changed`, `${formatCount(moved)} moved`];
    lines.push(`  ${plural(read, "file")} read (${changes.join(", ")}), ${formatCount(unchanged)} unchanged`);
  }
  if (prunedNodes > 0) {
    lines.push(`  ${plural(prunedNodes, "node")} deleted, whose files are gone or no longer hold them`);
  } else if (staleNodes > 0) {
    const gone = vanished > 0 ? `${plural(vanished, "file")} gone; ` : "";
    const next = dryRun ? "--prune would delete them" : "`--prune` deletes them, with `--dry-run` tells them";
    lines.push(`  ${gone}${plural(staleNodes, "node")} whose files are gone or no longer hold them: ${next}`);
  }
  return lines;
}

function ofFiles(files: number): string {
  return files === 0 ? "" : ` of ${plural(files, "file")}`;
}

/** What to type next, after an empty line; nothing where nothing went in. */
export function nextSteps(
  report: IngestReport,
  opened: Pick<OpenedDatabase, "dsnArgument"> | null,
): string[] {
  const { dataset, dryRun, nodes } = report;
  if (opened === null || dryRun || nodes.read === nodes.rejected) return [];
  const { dsnArgument } = opened;
  const [first = ""] = dataset.split(", ");
  const name = shellWord(first);
  const steps = [
    [`${programName()} show ${name}${dsnArgument}`, "look at it"],
    [`${programName()} search ${name}${dsnArgument} --limit 5`, "find entities; --where 'KEY > 0.5' filters"],
    [`${programName()} verify${dsnArgument}`, "prove that the catalog is sound"],
    [
      `${programName()} serve-config${dsnArgument} --out tiled.yml && tiled serve config tiled.yml`,
      "serve it (pip install 'tiled[all]==0.2.16')",
    ],
  ] as const;
  return ["", "Next:", ...steps.flatMap(([command, purpose]) => [`  # ${purpose}`, `  ${command}`])];
}
