// A process that reads as Tiled's users do, until it is told to stop, and then hands over how long each query took.

import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { queryNames, type ReaderSample } from "./readers.ts";

/** Between two queries: a reader that never pauses would be a load of its own. */
const pauseMs = 2;

interface Query {
  text: string;
  values: unknown[];
}

const client = new pg.Client({ connectionString: process.argv[2] ?? "" });
await client.connect();
const queries = await prepareQueries();
let isStopped = false;
process.on("message", () => {
  isStopped = true;
});
// A parent that is gone wants no answers.
process.on("disconnect", () => process.exit(1));

const samples: ReaderSample[] = [];
process.send?.({ kind: "ready" });
for (let turn = 0; !isStopped; turn++) {
  const index = turn % queryNames.length;
  const start = performance.now();
  await client.query(queries[index] ?? { text: "", values: [] });
  samples.push([index, performance.timeOrigin + start, performance.now() - start]);
  await sleep(pauseMs);
}
await client.end();
process.send?.({ kind: "samples", samples }, () => process.disconnect());

/** In the order of `queryNames`. */
async function prepareQueries(): Promise<Query[]> {
  const { rows } = await client.query<{ dataset: number; entity: number; key: string }>(`
    select d.id as dataset, e.id as entity, e.key
    from nodes d join lateral (select id, key from nodes where parent = d.id order by id limit 1) e on true
    where d.parent = 0 and d.key = 'BENCH'`);
  const { dataset, entity, key } = rows[0] ?? { dataset: 0, entity: 0, key: "" };
  const columns =
    "id, parent, key, structure_family, metadata, specs, access_blob, time_created, time_updated";
  const condition = '{"lattice": "kagome", "spin_S": 2.5}';
  return [
    {
      text: `select ${columns} from nodes where parent = $1 order by id limit 100`,
      values: [dataset],
    },
    {
      text: `select ${columns} from nodes where parent = $1 and metadata @> $2::jsonb order by id limit 101`,
      values: [dataset, condition],
    },
    {
      text: `select n.key, c.depth from nodes_closure c join nodes n on n.id = c.descendant
        where c.ancestor = $1 and c.depth > 0 limit 100`,
      values: [entity],
    },
    { text: `select ${columns} from nodes where parent = $1 and key = $2`, values: [dataset, key] },
  ];
}
