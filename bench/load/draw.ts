// One picture of several results: sizes that were measured in runs of their own.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { resultsFolder } from "../support/results.ts";
import { drawRates } from "./chart.ts";
import type { Run } from "./rounds.ts";
import { ways } from "./ways.ts";

interface Results {
  sizes: { runs: Run[] }[];
}

/** @param args names of results of `load`; the picture takes the first one's */
export async function run(args: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: { out: { type: "string" } },
  });
  const folder = values.out ?? resultsFolder;
  const [first] = positionals;
  if (first === undefined) throw new Error("Which results? draw load load-growth");
  const runs: Run[] = [];
  for (const name of positionals) {
    const results = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8")) as Results;
    runs.push(...results.sizes.flatMap((size) => size.runs));
  }
  const drawn = ways.filter(({ name }) => runs.some((one) => one.way === name));
  await writeFile(join(folder, `${first}.svg`), drawRates(runs, drawn));
  console.log(`Written: ${first}.svg`);
}
