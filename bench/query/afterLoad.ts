// Whether a load leaves a catalog that answers fast at once: the same questions after it, and after a VACUUM by hand.

import type { Catalog } from "../increment/catalogs.ts";
import { countNodes } from "../load/nodes.ts";
import type { Environment } from "../support/environment.ts";
import { describeInMarkdown, markdownTable, writeResults } from "../support/results.ts";
import { type Spread, showNumber, spreadOf } from "../support/statistics.ts";
import { makeQueries } from "./afterLoadQueries.ts";

interface Latency {
  query: string;
  rows: number;
  /** On a connection that has asked nothing yet. */
  firstMs: number;
  ms: Spread;
}

export interface AfterLoadOptions {
  name: string;
  folder: string;
  entities: number;
  repetitions: number;
  environment: Environment;
}

/** @param catalog just loaded; vacuumed afterwards */
export async function measureAfterLoad(catalog: Catalog, options: AfterLoadOptions): Promise<void> {
  const { name, folder, entities, repetitions, environment } = options;
  const loaded = await measureQueries(catalog, repetitions);
  await catalog.database.pool.query("vacuum (analyze)");
  const vacuumed = await measureQueries(catalog, repetitions);
  const markdown = [
    `# Queries of a catalog of ${showNumber(countNodes(entities))} nodes, just loaded`,
    `Milliseconds, the median of ${repetitions} after the first one, which is asked on a new connection. Beside it the ` +
      "same after one more VACUUM (ANALYZE) of everything: a load that left work undone would show here.",
    latencyTable(loaded, vacuumed),
    describeInMarkdown(environment),
  ].join("\n\n");
  const results = { name, entities, repetitions, environment, loaded, vacuumed };
  await writeResults({ folder, name }, results, `${markdown}\n`);
}

async function measureQueries(catalog: Catalog, repetitions: number): Promise<Latency[]> {
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
