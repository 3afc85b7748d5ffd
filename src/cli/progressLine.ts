// Progress on stderr: one live line on a terminal, a plain line every few seconds elsewhere.

import type { IngestProgress } from "../ingest/index.ts";
import { formatCount, formatDuration } from "./output.ts";

const plainIntervalMs = 5000;

export interface ProgressLine {
  show(progress: IngestProgress): void;
  /** Removes the live line, so that what follows starts on a clean one. */
  clear(): void;
}

export function makeProgressLine(stream: NodeJS.WriteStream, quiet: boolean): ProgressLine {
  if (quiet) return { show: () => undefined, clear: () => undefined };
  return stream.isTTY ? makeLiveLine(stream) : makePlainLines(stream);
}

function makeLiveLine(stream: NodeJS.WriteStream): ProgressLine {
  return {
    show: (progress) => {
      const width = Math.max(20, (stream.columns || 80) - 1);
      // \x1b[K clears the rest of the line.
      stream.write(`\r${formatProgress(progress).slice(0, width)}\x1b[K`);
    },
    clear: () => {
      stream.write("\r\x1b[K");
    },
  };
}

function makePlainLines(stream: NodeJS.WriteStream): ProgressLine {
  let lastShown = Number.NEGATIVE_INFINITY;
  let lastPhase = "";
  return {
    show: (progress) => {
      const isDue = performance.now() - lastShown >= plainIntervalMs;
      if (!isDue && progress.phase === lastPhase) return;
      lastShown = performance.now();
      lastPhase = progress.phase;
      stream.write(`${formatProgress(progress)}\n`);
    },
    clear: () => undefined,
  };
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
