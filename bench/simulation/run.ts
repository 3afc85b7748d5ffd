// Updates of a simulation: JSON files, SQLite, and copycat's store, one by one and streamed.

import { parseArgs } from "node:util";
import { describeEnvironment } from "../support/environment.ts";
import { count, oneOf, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, markdownTable, resultsFolder, writeResults } from "../support/results.ts";
import { withBenchDatabase } from "../support/server.ts";
import { serverSettings } from "../support/serverSettings.ts";
import { type Spread, showNumber, showSpread, spreadOf } from "../support/statistics.ts";
import { type Run, runRounds } from "./rounds.ts";
import { attributes, entities } from "./updates.ts";
import { labels, wayNames } from "./ways.ts";

/** @param args after `simulation` on the command line */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      ...serverOptions,
      updates: { type: "string" },
      ways: { type: "string" },
      repetitions: { type: "string" },
      "warm-up": { type: "string" },
    },
  });
  const sizes = (values.updates ?? "1000,100000").split(",").map((size) => count("updates", size, 1));
  const ways = (values.ways ?? wayNames.join(","))
    .split(",")
    .flatMap((name) => oneOf("ways", name, wayNames) ?? []);
  const rounds = count("rounds", values.rounds, 3);
  const repetitions = count("repetitions", values.repetitions, 5);
  const warmUps = count("warm-up", values["warm-up"], 8);
  const server = {
    dsn: values.dsn,
    server: values.server,
    settings: { ...serverSettings, ...settings(values.set) },
  };
  await withBenchDatabase(server, async (bench) => {
    const client = await bench.connect();
    const environment = await describeEnvironment(client, ["pg", "pg-copy-streams", "better-sqlite3"]);
    await client.end();
    // Not counted: the first loads pay for code that is compiled, for the memory of a server that has just begun, and for
    // segments of the write-ahead log that are then used again, as on any server that has run for an hour.
    await runRounds(bench, { count: 300, rounds: 1, ways, repetitions: 2 });
    await runRounds(bench, {
      count: Math.max(...sizes),
      rounds: warmUps,
      ways: ["streamed"],
      repetitions: 1,
    });
    const runs: (Run & { updates: number })[] = [];
    for (const size of sizes) {
      const done = await runRounds(bench, { count: size, rounds, ways, repetitions });
      runs.push(...done.map((run) => ({ updates: size, ...run })));
    }
    const name = values.name ?? "simulation";
    const tables = sizes.map(
      (size) => `## ${showNumber(size)} updates\n\n${table(runs.filter(({ updates }) => updates === size))}`,
    );
    const markdown = [describe(rounds), ...tables, describeInMarkdown(environment)].join("\n\n");
    await writeResults(
      { folder: values.out ?? resultsFolder, name },
      { name, rounds, environment, runs },
      `${markdown}\n`,
    );
  });
}

function describe(rounds: number): string {
  return [
    `# Updates of ${entities} entities with ${attributes.length} attributes, ${rounds} round${rounds === 1 ? "" : "s"}`,
    "Median (minimum - maximum). What was stored is checked to be the same for all ways. Files are in the system's cache. " +
      "Before each run the server has a checkpoint and what is to be written is on disk. " +
      "SQLite under NORMAL and the asynchronous way may lose the last commits when the machine fails; JSON files are not synchronised at all. " +
      "Ratios are to SQLite of the same round.",
  ].join("\n\n");
}

function table(runs: readonly Run[]): string {
  const names = wayNames.filter((name) => runs.some(({ way }) => way === name));
  const sqlite = (round: number) => runs.find((run) => run.way === "sqlite" && run.round === round);
  return markdownTable(
    [
      "way",
      "updates/s",
      "x SQLite",
      "MB on disk",
      "late state ms",
      "early state ms",
      "attribute over all times ms",
    ],
    names.map((name) => {
      const own = runs.filter(({ way }) => way === name);
      const spread = (value: (run: Run) => number): Spread => spreadOf(own.map(value));
      const ratios = own.flatMap(({ round, writeMs }) => {
        const peer = sqlite(round);
        return peer === undefined ? [] : [peer.writeMs / writeMs];
      });
      return [
        labels[name],
        showSpread(spread(({ updatesPerSecond }) => updatesPerSecond)),
        ratios.length === 0 ? "" : showSpread(spreadOf(ratios), 2),
        showNumber(spread(({ bytes }) => bytes).median / 1e6, 1),
        showSpread(
          spread(({ lateStateMs }) => lateStateMs),
          1,
        ),
        showSpread(
          spread(({ earlyStateMs }) => earlyStateMs),
          1,
        ),
        showSpread(
          spread(({ attributeMs }) => attributeMs),
          1,
        ),
      ];
    }),
  );
}
