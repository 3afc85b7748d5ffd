// What an export prints for people.

import { shellWord } from "../../../catalog/promoted/target.ts";
import type { IngestReport } from "../../../ingest/index.ts";
import type { ExportProgress, ExportReport } from "../../../simulation/index.ts";
import { formatBytes } from "../../formatBytes.ts";
import { formatCount, formatDuration, plural } from "../../output.ts";
import { programName } from "../../programName.ts";

/** What became of it in the catalog. */
export interface Published {
  key: string;
  published: IngestReport;
  dsnArgument: string;
}

export function formatExportProgress({ phase, done, total, elapsedMs }: ExportProgress): string {
  const of = total === null ? "" : ` of ${formatCount(total)}`;
  const perSecond = Math.round((done * 1000) / Math.max(1, elapsedMs));
  return `${phase}: ${formatCount(done)}${of}, ${formatCount(perSecond)} a second`;
}

export function formatExportReport(report: ExportReport, publication: Published | null): string {
  const { path, datasets, initialDatasets, updates, rows, bytes, elapsedMs, notices, firstState } = report;
  const counts = [
    plural(datasets, "dataset"),
    plural(updates, "update"),
    ...(initialDatasets === 0 ? [] : [`${plural(initialDatasets, "initial dataset")}`]),
    ...(rows === null ? [] : [plural(rows, "row")]),
  ];
  const lines = [
    `${path}: ${counts.join(", ")}, ${formatBytes(bytes)} (${formatDuration(elapsedMs)})`,
    ...notices.map((notice) => `  ${notice}`),
  ];
  if (publication === null) return lines.join("\n");
  const { key, published, dsnArgument } = publication;
  const { inserted, updated } = published.nodes;
  const next =
    firstState === undefined
      ? `show${dsnArgument} ${shellWord(key)}`
      : `read${dsnArgument} ${shellWord(key + firstState)}`;
  return [
    ...lines,
    `In the catalog as /${key}: ${plural(inserted, "new node")}, ${formatCount(updated)} renewed, ${formatCount(published.files.prunedNodes)} gone`,
    `  ${programName()} ${next}`,
  ].join("\n");
}
