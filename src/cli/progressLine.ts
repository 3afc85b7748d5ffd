// Progress on stderr: one live line on a terminal, a plain line every few seconds elsewhere.

import type { GroupProgress, IngestProgress } from "../ingest/index.ts";
import { formatCount, formatDuration, plural } from "./output.ts";

const plainIntervalMs = 5000;

export interface ProgressLine<Progress> {
  show(progress: Progress): void;
  /** Removes the live line, so that what follows starts on a clean one. */
  clear(): void;
}

/** @param format one line that says how far a job has come */
export function makeProgressLine<Progress extends { phase: string }>(
  stream: NodeJS.WriteStream,
  quiet: boolean,
  format: (progress: Progress) => string,
): ProgressLine<Progress> {
  if (quiet) return { show: () => undefined, clear: () => undefined };
  return stream.isTTY ? makeLiveLine(stream, format) : makePlainLines(stream, format);
}

function makeLiveLine<Progress>(
  stream: NodeJS.WriteStream,
  format: (progress: Progress) => string,
): ProgressLine<Progress> {
  return {
    show: (progress) => {
      const width = Math.max(20, (stream.columns || 80) - 1);
      // \x1b[K clears the rest of the line.
      stream.write(`\r${format(progress).slice(0, width)}\x1b[K`);
    },
    clear: () => {
      stream.write("\r\x1b[K");
    },
  };
}

function makePlainLines<Progress extends { phase: string }>(
  stream: NodeJS.WriteStream,
  format: (progress: Progress) => string,
): ProgressLine<Progress> {
  let lastShown = Number.NEGATIVE_INFINITY;
  let lastPhase = "";
  return {
    show: (progress) => {
      const isDue = performance.now() - lastShown >= plainIntervalMs;
      if (!isDue && progress.phase === lastPhase) return;
      lastShown = performance.now();
      lastPhase = progress.phase;
      stream.write(`${format(progress)}\n`);
    },
    clear: () => undefined,
  };
}

/** What a load of any store tells of itself. */
export interface LoadProgress {
  phase: string;
  done: number;
  /** Null when nobody knows. */
  total: number | null;
  rejected: number;
  elapsedMs: number;
}

/** "copy: 41,204 of about 100,000, 20,100 a second, 3 rejects, ETA 3.0 s" */
export function formatLoadProgress({ phase, done, total, rejected, elapsedMs }: LoadProgress): string {
  const perSecond = Math.round((done * 1000) / Math.max(1, elapsedMs));
  const parts = [`${phase}: ${formatCount(done)}${total === null ? "" : ` of about ${formatCount(total)}`}`];
  if (elapsedMs > 0) parts.push(`${formatCount(perSecond)} a second`);
  parts.push(plural(rejected, "reject"));
  if (total !== null && done > 0 && total > done && elapsedMs > 0) {
    parts.push(`ETA ${formatDuration(Math.round((elapsedMs / done) * (total - done)))}`);
  }
  return parts.join(", ");
}

/** As `formatProgress`; of several groups with "[2/5] EDRIXS  " before it. */
export function formatGroupProgress({ group, ...progress }: GroupProgress): string {
  const place = group === null ? "" : `[${group.number}/${group.count}] ${group.name}  `;
  return `${place}${formatProgress(progress)}`;
}

/** "read 1,204/10,000 files, 14,448 nodes, 4,100 nodes/s, 3 rejects, ETA 12.0 s" */
export function formatProgress({ phase, files, nodes, rejects, elapsedMs }: IngestProgress): string {
  if (phase !== "read") {
    return `${phase}: ${formatCount(nodes)} nodes, ${formatCount(rejects)} rejects, ${formatDuration(elapsedMs)}`;
  }
  const total = files.total === null ? "" : `/${formatCount(files.total)}`;
  const perSecond = Math.round((nodes * 1000) / Math.max(1, elapsedMs));
  const parts = [
    `read ${formatCount(files.done)}${total} files`,
    `${formatCount(nodes)} nodes`,
    `${formatCount(perSecond)} nodes/s`,
    `${formatCount(rejects)} rejects`,
  ];
  if (files.total !== null && files.done > 0 && files.total > files.done) {
    const etaMs = Math.round((elapsedMs / files.done) * (files.total - files.done));
    parts.push(`ETA ${formatDuration(etaMs)}`);
  }
  return parts.join(", ");
}
