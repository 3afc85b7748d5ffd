// The results of the part `search`, as JSON with every sample and as tables.

import type { Environment } from "../support/environment.ts";
import { describeInMarkdown, writeResults } from "../support/results.ts";
import { aims, summarise } from "./latencies.ts";
import type { Plan } from "./plan.ts";
import { type Samples, warmUps } from "./rounds.ts";
import type { Site } from "./site.ts";
import { aimsTable, growthTable, latencyTable, promotionTable, ratioTable, showNodes } from "./summary.ts";

interface SearchResults {
  plan: Plan;
  sites: readonly Site[];
  samples: Samples;
  environment: Environment;
  missing: readonly string[];
}

export async function reportSearch(results: SearchResults): Promise<void> {
  const { plan, sites, samples, environment, missing } = results;
  const latencies = summarise(samples, sites);
  const aimed = aims(latencies, plan.sizes);
  const markdown = [
    `# Queries of catalogs of ${sites.map(showNodes).join(" and ")} nodes`,
    ...explain(plan),
    "## Aims",
    "A count reads every match, and so does a page before it is sorted by id: of 1 % or half of the entities there are " +
      "ten times as many in a catalog ten times as large, whatever its indexes.",
    aimsTable(aimed),
    ...sites.flatMap((site) => [
      `## ${showNodes(site)} nodes`,
      latencyTable(site, latencies, plan.repetitions),
      ratioTable(site, latencies),
    ]),
    growthTable(sites, latencies),
    "## Promoted keys",
    promotionTable(sites),
    ...missing,
    describeInMarkdown(environment),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
  const data = {
    name: plan.name,
    plan,
    missing,
    environment,
    aims: aimed,
    promotions: sites.map(({ entities, promotions }) => ({ entities, promotions })),
    latencies: latencies.all,
    samplesMs: Object.fromEntries(
      [...samples].map(([key, times]) => [key, times.map((time) => Number(time.toFixed(3)))]),
    ),
  };
  await writeResults({ folder: plan.folder, name: plan.name }, data, `${markdown}\n`);
}

function explain({ repetitions, rounds, boxMs }: Plan): string[] {
  return [
    `Milliseconds at the client, p50 / p95 of ${repetitions} repetitions after ${warmUps} that are not counted, in ${rounds} ` +
      `rounds: all questions to one way, then to the next. A question that would take a way more than ` +
      `${boxMs / 1000} s in a round gets fewer repetitions, whose number is in parentheses. Each repetition asks another ` +
      "value, the same for all ways, and every answer is checked against the data that was loaded.",
    "*copycat* is the call in TypeScript, which finds the dataset by its path first; *SQL* are the statements within " +
      "it that find the answer, without those that look up the dataset and its promoted keys. *Tiled's SQL* are the statements that Tiled sends for the answer, prepared as it prepares " +
      "them; *HTTP* is a Tiled server, asked without its Python client, for pages with the metadata only. With promoted " +
      "keys the database has plan_cache_mode = force_custom_plan. Tiled's distinct counts the whole catalog.",
  ];
}
