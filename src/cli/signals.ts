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
  return { signal: controller.signal, release: listen(handle) };
}

/** npx passes a signal on that its child was sent as well: Ctrl-C, and a service that is stopped, come twice. */
const echoMs = 500;

/** For what never ends by itself: the first signal asks to stop after the work at hand, the second one aborts that. */
export function stopOnSignals(told: { onFirst: () => void; onSecond: () => void }): {
  stop: AbortSignal;
  signal: AbortSignal;
  release: () => void;
} {
  const stop = new AbortController();
  const abort = new AbortController();
  let lastMs = Number.NEGATIVE_INFINITY;
  const release = listen(() => {
    const sinceMs = performance.now() - lastMs;
    if (sinceMs < echoMs) return;
    lastMs = performance.now();
    if (abort.signal.aborted) process.exit(exitCodes.failed);
    const isFirst = !stop.signal.aborted;
    if (isFirst) told.onFirst();
    else told.onSecond();
    (isFirst ? stop : abort).abort();
  });
  return { stop: stop.signal, signal: abort.signal, release };
}

function listen(handle: () => void): () => void {
  for (const name of signals) process.on(name, handle);
  return () => {
    for (const name of signals) process.off(name, handle);
  };
}
