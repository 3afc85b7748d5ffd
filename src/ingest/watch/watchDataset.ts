// The long-running form of ingest: looks at the folders again and again, and ingests what is complete.

import { CopycatError } from "../../errors.ts";
import { checkRejectsFile } from "../../files/index.ts";
import { type DatabaseSource, WatchConnection } from "./connection.ts";
import type { WatchOptions, WatchSummary } from "./types.ts";
import { Watch } from "./watch.ts";
import { openWatchedInput, type WatchedInput } from "./watchedInput.ts";

/**
 * Watches the folders of data sets and ingests new and changed files in batches, each in one transaction, once they are
 * complete: their size and time stay, nobody has them open for writing, and they are as long as they say. Nothing is
 * remembered but in the database: ended at any moment and started again, it goes on where it was.
 *
 * A failure is told and tried again with growing pauses, for ever. Resolves after `stop` fired, or after one round with
 * `once`.
 *
 * @example
 * await watchDataset("postgres://localhost/catalog", { inputs: ["scans.yaml"], onEvent: console.log, stop });
 *
 * @throws CopycatError of inputs that are wrong at the start, or of a database that refuses at the start; CANCELLED after
 * `signal`; with `once` whatever fails
 */
export async function watchDataset(source: DatabaseSource, options: WatchOptions): Promise<WatchSummary> {
  if (options.inputs.length === 0) throw new CopycatError("USAGE", "Name at least one input.");
  const { rejectsFile } = options.ingest ?? {};
  if (rejectsFile !== undefined) await checkRejectsFile(rejectsFile, options.inputs);
  const inputs: WatchedInput[] = [];
  for (const input of options.inputs) inputs.push(await openWatchedInput(input));
  const watch = new Watch(new WatchConnection(source), inputs, options);
  return await watch.run();
}
