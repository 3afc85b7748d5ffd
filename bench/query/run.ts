// Whether a load leaves a catalog that answers fast at once: the same questions after it, and after a VACUUM by hand.

import { parseArgs } from "node:util";
import { type Catalog, withCatalogs } from "../increment/catalogs.ts";
import { loadBase } from "../increment/records.ts";
import { countNodes } from "../load/nodes.ts";
import { describeEnvironment } from "../support/environment.ts";
import { count, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, markdownTable, resultsFolder, writeResults } from "../support/results.ts";
import { type Spread, showNumber, spreadOf } from "../support/statistics.ts";
import { makeQueries } from "./queries.ts";

interface Latency {
  query: string;
  rows: number;
  /** On a connection that has asked nothing yet. */
  firstMs: number;
  ms: Spread;
}

const repetitions = 50;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { ...serverOptions, entities: { type: "string" } } });
  const entities = count("entities", values.entities, 10_000);
  const server = { dsn: values.dsn, server: values.server, settings: settings(values.set) };
  await withCatalogs(server, async ({ make }, bench) => {
    const client = await bench.connect();
    const environment = await describeEnvironment(client, ["pg"]);
    await client.end();
    const catalog = await make("query");
    await loadBase(catalog, entities);
    const loaded = await measureQueries(catalog);
    await catalog.database.pool.query("vacuum (analyze)");
    const vacuumed = await measureQueries(catalog);
    const name = values.name ?? `query-${entities}`;
    const markdown = [
      `# Queries of a catalog of ${showNumber(countNodes(entities))} nodes, just loaded`,
      `Milliseconds, the median of ${repetitions} after the first one, which is asked on a new connection. Beside it the ` +
        "same after one more VACUUM (ANALYZE) of everything: a load that left work undone would show here.",
      latencyTable(loaded, vacuumed),
      describeInMarkdown(environment),
    ].join("\n\n");
    const results = { name, entities, repetitions, environment, loaded, vacuumed };
    await writeResults({ folder: values.out ?? resultsFolder, name }, results, `${markdown}\n`);
  });
}

async function measureQueries(catalog: Catalog): Promise<Latency[]> {
  const preparing = await catalog.connect();
  const queries = await makeQueries(preparing);
  await preparing.end();
  const latencies: Latency[] = [];
  for (const { label, text, values } of queries) {
    const client = await catalog.connect();
    const times: number[] = [];
    let rows = 0;
    for (let repetition = 0; repetition <= repetitions; repetition++) {
      const start = performance.now();
      rows = (await client.query(text, values)).rows.length;
      times.push(performance.now() - start);
    }
    await client.end();
    const [firstMs = Number.NaN, ...others] = times;
    latencies.push({ query: label, rows, firstMs, ms: spreadOf(others) });
  }
  return latencies;
}

function latencyTable(loaded: readonly Latency[], vacuumed: readonly Latency[]): string {
  return markdownTable(
    ["query", "rows", "first", "median", "first, after VACUUM", "median, after VACUUM"],
    loaded.map(({ query, rows, firstMs, ms }, index) => {
      const other = vacuumed[index];
      const numbers = [firstMs, ms.median, other?.firstMs, other?.ms.median];
      return [
        query,
        showNumber(rows),
        ...numbers.map((value) => (value === undefined ? "" : showNumber(value, 2))),
      ];
    }),
  );
}
