// Ctrl-C and a polite kill: the first one rolls back and ends in order, the second one ends at once.

import { exitCodes } from "./exitCodes.ts";

const signals = ["SIGINT", "SIGTERM"] as const;

export function abortOnSignals(onFirst: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.failed);
    onFirst();
    controller.abort();
  };
  for (const name of signals) process.on(name, handle);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, handle);
    },
  };
}
