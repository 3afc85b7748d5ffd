// Memory entries with embeddings: copycat against INSERTs and against raw COPY, into tables of exactly the same shape.

import { parseArgs } from "node:util";
import { makeEntries } from "./memory/entries.ts";
import { runRounds } from "./memory/rounds.ts";
import { runSmall, type SmallResult } from "./memory/small.ts";
import { roundsTable, smallTable, summariseRounds } from "./memory/summary.ts";
import { type EmbeddingType, expectStates, type TableShape } from "./memory/table.ts";
import { wayNames } from "./memory/ways.ts";
import { describeEnvironment } from "./support/environment.ts";
import { count, oneOf, serverOptions, settings } from "./support/options.ts";
import { describeInMarkdown, resultsFolder, writeResults } from "./support/results.ts";
import { type BenchDatabase, withBenchDatabase } from "./support/server.ts";
import { showNumber } from "./support/statistics.ts";

const { values } = parseArgs({
  options: {
    ...serverOptions,
    /** Default: vector where the server has it. */
    embedding: { type: "string" },
    indexes: { type: "string" },
    storage: { type: "string" },
    compression: { type: "string" },
    "toast-tuple-target": { type: "string" },
    ways: { type: "string" },
    sizes: { type: "string" },
    repetitions: { type: "string" },
  },
});
const rows = count("rows", values.rows, 100_000);
const rounds = count("rounds", values.rounds, 5);
const names =
  values.ways === undefined
    ? wayNames
    : values.ways.split(",").flatMap((name) => oneOf("ways", name, wayNames) ?? []);
const sizes = (values.sizes ?? "10,100,1000")
  .split(",")
  .filter((size) => size !== "" && size !== "none")
  .map((size) => count("sizes", size, 1));

await withBenchDatabase(
  { dsn: values.dsn, server: values.server, settings: settings(values.set) },
  async (bench) => {
    const shape = await prepare(bench);
    const client = await bench.connect();
    const environment = await describeEnvironment(client, ["pg", "pg-copy-streams"]);
    await client.end();
    const entries = makeEntries(Math.max(rows, ...sizes));
    const states = expectStates(entries, shape.embedding);

    const small: SmallResult[] = [];
    for (const size of sizes) {
      const repetitions = count("repetitions", values.repetitions, Math.max(30, Math.floor(4000 / size)));
      small.push(await runSmall(bench, { entries, shape, states, rows: size, repetitions }));
    }
    const all = await runRounds(bench, {
      entries: entries.slice(0, rows),
      shape,
      expected: states[rows - 1],
      names,
      rounds,
    });

    const summary = summariseRounds(all, rows);
    const suffix = shape.indexes === "key" ? "" : "-indexes";
    const name = values.name ?? `memory-${shape.embedding === "vector" ? "vector" : "real"}-${rows}${suffix}`;
    const title = `${showNumber(rows)} memory entries, embedding ${shape.embedding}, indexes: ${shape.indexes}, ${rounds} rounds`;
    const markdown = [
      `# ${title}`,
      "Median (minimum - maximum). Ratios are of the same round; above 1 is faster.",
      roundsTable(summary),
      ...(small.length === 0 ? [] : ["## Small loads", smallTable(small)]),
      describeInMarkdown(environment),
    ].join("\n\n");
    const results = { name, rows, rounds, shape, environment, summary, runs: all, small };
    await writeResults({ folder: values.out ?? resultsFolder, name }, results, `${markdown}\n`);
  },
);

/** The extension, where there is one, and the shape of the table that follows from it. */
async function prepare(bench: BenchDatabase): Promise<TableShape> {
  const client = await bench.connect();
  try {
    const asked = oneOf<EmbeddingType>("embedding", values.embedding, ["vector", "real[]"]);
    const { rowCount } = await client.query("select from pg_available_extensions where name = 'vector'");
    const embedding = asked ?? (rowCount === 0 ? "real[]" : "vector");
    if (rowCount !== 0) await client.query("create extension vector");
    const compression = oneOf("compression", values.compression, ["pglz", "lz4"]);
    if (compression !== undefined) {
      await client.query(`
        do $$ begin
          execute format('alter database %I set default_toast_compression = ${compression}', current_database());
        end $$`);
    }
    const storage = oneOf("storage", values.storage, ["plain", "external", "extended", "main"]);
    const target = values["toast-tuple-target"];
    const toastTupleTarget = target === undefined ? undefined : count("toast-tuple-target", target, 1);
    const indexes = oneOf("indexes", values.indexes, ["key", "store"]) ?? "key";
    return { embedding, indexes, storage, toastTupleTarget, compression };
  } finally {
    await client.end();
  }
}
