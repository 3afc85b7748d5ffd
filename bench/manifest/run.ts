// Tables of entities and artifacts into a catalog, against the same nodes as prepared records.

import { parseArgs } from "node:util";
import { type Catalogs, withCatalogs } from "../increment/catalogs.ts";
import { describeEnvironment } from "../support/environment.ts";
import { count, oneOf, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, resultsFolder, writeResults } from "../support/results.ts";
import { serverSettings } from "../support/serverSettings.ts";
import { showNumber } from "../support/statistics.ts";
import type { WayName } from "./child.ts";
import { compileChild } from "./compile.ts";
import { prepareData } from "./data.ts";
import { type RoundsOptions, type Run, runRounds } from "./rounds.ts";
import { artifactTypes, countNodes, rowsPerFile, type Shape } from "./rows.ts";
import { summarise, summaryTable } from "./summary.ts";

const wayNames = ["ours", "prepared"] as const;

/** @param args after `manifest` on the command line */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      ...serverOptions,
      entities: { type: "string" },
      files: { type: "string" },
      ways: { type: "string" },
    },
  });
  const entities = count("entities", values.entities, 100_000);
  const shape = { entities, files: Math.min(entities, count("files", values.files, 100)) };
  const ways = (values.ways ?? wayNames.join(","))
    .split(",")
    .flatMap((name) => oneOf("ways", name, wayNames) ?? []);
  const rounds = count("rounds", values.rounds, 3);
  const server = {
    dsn: values.dsn,
    server: values.server,
    settings: { ...serverSettings, ...settings(values.set) },
  };
  const data = await prepareData(shape);
  await withCatalogs(server, async (catalogs, bench) => {
    const client = await bench.connect();
    const environment = await describeEnvironment(client, ["pg"]);
    await client.end();
    const child = await compileChild();
    await warm(catalogs, ways, child);
    const runs = await runRounds(catalogs, { ways, rounds, data, shape, child });
    const summary = summarise(runs, entities);
    const name = values.name ?? "manifest";
    const markdown = [describe(shape, runs), summaryTable(summary), describeInMarkdown(environment)].join(
      "\n\n",
    );
    const results = { name, ...shape, rounds, environment, summary, runs };
    await writeResults({ folder: values.out ?? resultsFolder, name }, results, `${markdown}\n`);
  });
}

/** Not counted: the first loads pay for the server's first files. */
async function warm(catalogs: Catalogs, ways: readonly WayName[], child: string): Promise<void> {
  const shape: Shape = { entities: 100, files: 2 };
  const options: RoundsOptions = { ways, rounds: 1, data: await prepareData(shape), shape, child };
  await runRounds(catalogs, options);
}

function describe(shape: Shape, runs: readonly Run[]): string {
  const { entities, files } = shape;
  const rounds = Math.max(...runs.map(({ round }) => round));
  const artifacts = entities * artifactTypes.length;
  return [
    `# Tables of ${showNumber(artifacts)} artifacts, ${showNumber(countNodes(entities))} nodes, ${rounds} rounds`,
    `${showNumber(entities)} entities with ${artifactTypes.length} artifacts each, in Parquet (snappy, row groups of ` +
      `1,048,576 rows), over ${files} HDF5 files with ${artifactTypes.length} data sets of ` +
      `${showNumber(rowsPerFile(shape))} rows. Offline, into an empty catalog; what was stored is checked to be the ` +
      "same for both ways. Median (minimum - maximum); ratios are of the same round. Files are in the system's cache.",
  ].join("\n\n");
}
