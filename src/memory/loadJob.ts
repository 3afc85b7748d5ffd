// What a load carries to what happens before and after it.

import type { Log } from "../log.ts";
import type { IndexProgress } from "./buildProgress.ts";
import type { MemoryLoadOptions } from "./loadMemory.ts";
import type { MemoryStore } from "./store.ts";
import type { MemoryKind } from "./types.ts";

export interface LoadJob {
  store: MemoryStore;
  kind: MemoryKind;
  log: Log;
  options: MemoryLoadOptions;
}

/** The progress of an index as that of its load. */
export function progressOf(
  { options: { onProgress } }: LoadJob,
  rejected: number,
): { onProgress?: (progress: IndexProgress) => void } {
  if (onProgress === undefined) return {};
  return {
    onProgress: ({ done, total, elapsedMs }) =>
      onProgress({ phase: "index", done, total, rejected, elapsedMs }),
  };
}
