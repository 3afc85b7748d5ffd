// A watch in this process, quick enough for tests, and what it has told so far.

import { afterEach, expect } from "vitest";
import type { WriteGroup } from "../../../src/hdf5/index.ts";
import type { DatabaseSource, WatchEvent, WatchOptions, WatchSummary } from "../../../src/ingest/index.ts";
import { watchDataset } from "../../../src/ingest/index.ts";
import type { TestDatabase } from "../../support/database.ts";

export const quick = {
  intervalMs: 20,
  settleMs: 60,
  stuckMs: 200,
  retry: { minDelayMs: 20, maxDelayMs: 80 },
  ingest: { workers: 1 },
} satisfies Partial<WatchOptions>;

type Kind = WatchEvent["event"];
type EventOf<Name extends Kind> = Extract<WatchEvent, { event: Name }>;

export interface RunningWatch {
  readonly events: WatchEvent[];
  readonly notices: string[];
  readonly ended: Promise<WatchSummary>;
  of<Name extends Kind>(kind: Name): EventOf<Name>[];
  /** Waits until so many events of a kind were told. */
  sees<Name extends Kind>(kind: Name, count: number): Promise<EventOf<Name>[]>;
  /** Asks to stop and waits for the end. */
  stop(): Promise<WatchSummary>;
  /** Ends it at once. */
  abort(): void;
}

export function startWatch(
  source: DatabaseSource,
  inputs: readonly string[],
  options: Partial<WatchOptions> = {},
): RunningWatch {
  const events: WatchEvent[] = [];
  const notices: string[] = [];
  const stop = new AbortController();
  const abort = new AbortController();
  const ended = watchDataset(source, {
    ...quick,
    inputs,
    stop: stop.signal,
    signal: abort.signal,
    onEvent: (event) => events.push(event),
    log: { notice: (message) => notices.push(message) },
    ...options,
  });
  // Looked at when it is awaited; until then a failure must not count as unhandled.
  ended.catch(() => undefined);
  const of = <Name extends Kind>(kind: Name): EventOf<Name>[] =>
    events.filter((event): event is EventOf<Name> => event.event === kind);
  return {
    events,
    notices,
    ended,
    of,
    sees: async (kind, count) => {
      await expect
        .poll(() => of(kind).length, { timeout: 20_000, interval: 10 })
        .toBeGreaterThanOrEqual(count);
      return of(kind);
    },
    stop: () => {
      stop.abort();
      return ended;
    },
    abort: () => abort.abort(),
  };
}

/** `startWatch` on a database of the tests; what still runs after a test is ended. */
export function useWatches(
  database: TestDatabase,
): (inputs: readonly string[], options?: Partial<WatchOptions>, dsn?: string) => RunningWatch {
  const running: RunningWatch[] = [];
  afterEach(async () => {
    for (const watch of running.splice(0)) {
      watch.abort();
      await watch.ended.catch(() => undefined);
    }
  });
  return (inputs, options, dsn = database.dsn) => {
    const watch = startWatch(dsn, inputs, options);
    running.push(watch);
    return watch;
  };
}

/** Waits for a few looks at the folders. */
export const aFewLooks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

/** An entity's file, with a parameter and an array. */
export const content = (T: number, length = 3): WriteGroup => ({
  children: { T: { data: T }, a: { data: new Float64Array(length) } },
});

/** A dataset YAML for the files beside it. */
export const describeFiles = (name: string, more = ""): string => `label: ${name}
data: { directory: ., layout: per_entity, file_pattern: "*.h5" }
parameters: { location: root_scalars }
artifacts: [{ type: a, dataset: /a }]
${more}`;
