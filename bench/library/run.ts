// The index of a library: row by row and in batches, in SQLite as the note has it and in copycat's store.

import { parseArgs } from "node:util";
import { describeEnvironment } from "../support/environment.ts";
import { count, oneOf, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, resultsFolder, writeResults } from "../support/results.ts";
import { withBenchDatabase } from "../support/server.ts";
import { serverSettings } from "../support/serverSettings.ts";
import { runDuplicates } from "./duplicates.ts";
import { type Run, runRounds } from "./rounds.ts";
import { describeResults } from "./summary.ts";
import { wayNames } from "./ways.ts";

/** SMALL, MEDIUM and LARGE of the note, and what a large collection has. */
const defaultSizes = "100,1000,5000,100000";

/** @param args after `library` on the command line */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      ...serverOptions,
      sizes: { type: "string" },
      batches: { type: "string" },
      ways: { type: "string" },
      stored: { type: "string" },
      checked: { type: "string" },
    },
  });
  const sizes = (values.sizes ?? defaultSizes).split(",").map((size) => count("sizes", size, 1));
  const ways = (values.ways ?? wayNames.join(","))
    .split(",")
    .flatMap((name) => oneOf("ways", name, wayNames) ?? []);
  const rounds = count("rounds", values.rounds, 3);
  const batches = values.batches === undefined ? undefined : count("batches", values.batches, 1);
  const duplicates = {
    stored: count("stored", values.stored, 100_000),
    checked: count("checked", values.checked, 10_000),
    rounds,
  };
  const server = {
    dsn: values.dsn,
    server: values.server,
    settings: { ...serverSettings, ...settings(values.set) },
  };
  await withBenchDatabase(server, async (bench) => {
    const client = await bench.connect();
    const environment = await describeEnvironment(client, ["pg", "better-sqlite3"]);
    await client.end();
    // Not counted: the first run pays for code that is compiled.
    await runRounds(bench, { size: 200, rounds: 1, ways, batches });
    const runs: Run[] = [];
    for (const size of sizes) runs.push(...(await runRounds(bench, { size, rounds, ways, batches })));
    const checks = await runDuplicates(bench, duplicates);
    const name = values.name ?? "library";
    const markdown = [describeResults({ sizes, rounds, runs, checks }), describeInMarkdown(environment)].join(
      "\n\n",
    );
    await writeResults(
      { folder: values.out ?? resultsFolder, name },
      { name, rounds, environment, runs, checks },
      `${markdown}\n`,
    );
  });
}
