// Files into a catalog: what reading them takes, and how much the database adds.

import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { writeExample } from "../../src/ingest/index.ts";
import { withCatalogs } from "../increment/catalogs.ts";
import { countNodes } from "../load/nodes.ts";
import { describeEnvironment } from "../support/environment.ts";
import { count, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, resultsFolder, writeResults } from "../support/results.ts";
import { showNumber } from "../support/statistics.ts";
import { findPython } from "./python.ts";
import { runScans } from "./rounds.ts";
import { scanTable, summariseScans } from "./summary.ts";

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      ...serverOptions,
      entities: { type: "string" },
      /** Maps of 600 x 400, as in real files: 150 KB a file instead of 40. An ingest reads none of them. */
      large: { type: "boolean" },
    },
  });
  const entities = count("entities", values.entities, 10_000);
  const rounds = count("rounds", values.rounds, 5);
  const small = values.large !== true;
  const python = await findPython();
  if (python === undefined) {
    console.log("Without h5py: no Python that has it (python3 -m venv bench/.cache/h5py, pip install h5py).");
  }
  const folder = await mkdtemp(join(tmpdir(), "copycat-scan-"));
  try {
    console.log(`Writing ${entities} files to ${folder}.`);
    const { yaml } = await writeExample(join(folder, "example"), { entities, layout: "per_entity", small });
    const data = join(dirname(yaml), "vdp");
    const nodes = countNodes(entities);
    const server = { dsn: values.dsn, server: values.server, settings: settings(values.set) };
    await withCatalogs(server, async (catalogs, bench) => {
      const client = await bench.connect();
      const environment = await describeEnvironment(client, ["pg"]);
      await client.end();
      const all = await runScans(catalogs, { yaml, data, python, nodes, rounds });
      const summary = summariseScans(all, entities);
      const name = values.name ?? `scan-${entities}`;
      const markdown = [
        `# ${showNumber(entities)} files, ${showNumber(nodes)} nodes, ${rounds} rounds`,
        "Median (minimum - maximum); files in the system's cache. Aim: the database adds less than 20 %. The default " +
          `number of workers is the number of cores (${cpus().length} here) less one, from 1 to 4.`,
        scanTable(summary),
        describeInMarkdown(environment),
      ].join("\n\n");
      const results = { name, entities, rounds, small, environment, summary, runs: all };
      await writeResults({ folder: values.out ?? resultsFolder, name }, results, `${markdown}\n`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
