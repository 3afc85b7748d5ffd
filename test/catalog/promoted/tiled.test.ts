// Replays Tiled's own SQL: with promoted keys it runs on their indexes, in prepared statements, too.

import { beforeAll, describe, expect, test } from "vitest";
import { addPromotedKey, type PromotedKind } from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { load } from "../../support/nodes.ts";
import { manyEntities, type Prepared, planOfTenthRun, someArrays } from "./support.ts";

const db = useDatabase();

/** What Tiled selects of a node. */
const columns =
  "nodes.id, nodes.parent, nodes.key, nodes.structure_family, nodes.metadata, nodes.specs, nodes.access_blob, " +
  "nodes.time_created, nodes.time_updated";

/** The two statements that a search sends: a count up to a bound, and a page. */
const count = (condition: string): string =>
  `with limited as (select 1 from nodes where nodes.parent = $1::integer and ${condition} limit 101) select count(*) from limited`;
const page = (condition: string): string =>
  `select ${columns} from nodes where nodes.parent = $1::integer and ${condition} order by nodes.id limit 101`;

let parent: number;

async function indexOf(kind: PromotedKind, path: readonly string[] = []): Promise<string> {
  return db.value(
    "select index_names[array_position(kinds, $1::text)] from copycat.promoted_key where path = $2 and $1::text = any (kinds)",
    [kind, path],
  );
}

beforeAll(async () => {
  await load(db.database, [...manyEntities("VDP", 6000), ...someArrays("VDP", 20)]);
  await load(db.database, manyEntities("other", 300));
  parent = await db.value("select id from nodes where key = 'VDP'");
  for (const target of [["Ja"], ["run"], ["instrument", "slot"], ["rare"], "specs", "family"] as const) {
    await addPromotedKey(db.database, target);
  }
});

interface Query extends Prepared {
  kind: PromotedKind;
  path?: string[];
}

const comparison: Omit<Query, "text"> = {
  kind: "comparison",
  path: ["Ja"],
  types: "int, text[], jsonb",
  values: "PARENT, '{Ja}', '0.995'",
};

const queries: [string, Query][] = [
  ...([">", ">="] as const).map((operator): [string, Query] => [
    `comparison ${operator}, page`,
    { ...comparison, text: page(`(nodes.metadata #> $2) ${operator} $3::jsonb`) },
  ]),
  [
    "comparison <, page",
    { ...comparison, values: "PARENT, '{Ja}', '0.005'", text: page("(nodes.metadata #> $2) < $3::jsonb") },
  ],
  ["comparison, count", { ...comparison, text: count("(nodes.metadata #> $2) > $3::jsonb") }],
  [
    "comparison of a nested key",
    {
      ...comparison,
      path: ["instrument", "slot"],
      values: "PARENT, '{instrument,slot}', '5990'",
      text: page("(nodes.metadata #> $2) > $3::jsonb"),
    },
  ],
  [
    "key presence",
    {
      ...comparison,
      path: ["rare"],
      types: "int, text[]",
      values: "PARENT, '{rare}'",
      text: page("(nodes.metadata #> cast($2::text[] as text[])) is not null"),
    },
  ],
  [
    "like",
    {
      kind: "like",
      path: ["run"],
      types: "int, text[], varchar",
      values: "PARENT, '{run}', '%n_00123%'",
      text: page("cast(nodes.metadata #>> $2 as varchar) like $3::varchar"),
    },
  ],
  [
    "contains",
    {
      kind: "like",
      path: ["run"],
      types: "int, text[], varchar",
      values: "PARENT, '{run}', 'n_00123'",
      text: count("(cast(nodes.metadata #>> $2 as varchar)) like '%' || $3::varchar || '%'"),
    },
  ],
  [
    "specs",
    {
      kind: "specs",
      types: "int, jsonb",
      values: `PARENT, '[{"name":"special"}]'`,
      text: count("nodes.specs @> $2::jsonb"),
    },
  ],
  [
    "structure family",
    {
      kind: "family",
      types: "int, structurefamily",
      values: "PARENT, 'array'",
      text: page("nodes.structure_family = $2::structurefamily"),
    },
  ],
  [
    "sort",
    {
      kind: "sort",
      path: ["Ja"],
      types: "int, text",
      values: "PARENT, 'Ja'",
      text: `select ${columns} from nodes where nodes.parent = $1::integer order by nodes.metadata -> $2::text, nodes.id limit 101`,
    },
  ],
  [
    "sort, descending",
    {
      kind: "sort",
      path: ["Ja"],
      types: "int, text",
      values: "PARENT, 'Ja'",
      text: `select ${columns} from nodes where nodes.parent = $1::integer order by nodes.metadata -> $2::text desc, nodes.id desc limit 101`,
    },
  ],
  [
    "sort by a nested key",
    {
      kind: "sort",
      path: ["instrument", "slot"],
      types: "int, text, text",
      values: "PARENT, 'instrument', 'slot'",
      text: `select ${columns} from nodes where nodes.parent = $1::integer order by (nodes.metadata -> $2::text) -> $3::text, nodes.id limit 101`,
    },
  ],
];

const withParent = (query: Query): Query => ({
  ...query,
  values: query.values.replace("PARENT", String(parent)),
});

describe("under force_custom_plan, in the tenth run of a prepared statement", () => {
  test.each(queries)("%s uses its index", async (_name, query) => {
    const plan = await planOfTenthRun(db, withParent(query), "force_custom_plan");
    expect(plan).toContain(await indexOf(query.kind, query.path));
    if (query.kind === "sort") expect(plan).not.toContain("Sort Key");
  });
});

test("the index gives the rows that a scan gives", async () => {
  const scan = "set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off";
  const text = `select string_agg(id::text, ' ' order by metadata #> '{Ja}', id) from nodes
    where parent = ${parent} and (metadata #> '{Ja}') > '0.995'`;
  const client = await db.database.pool.connect();
  try {
    const { rows: indexed } = await client.query(text);
    await client.query(scan);
    const { rows: scanned } = await client.query(text);
    expect(indexed).toEqual(scanned);
    expect(String(Object.values(indexed[0] ?? {})[0]).split(" ")).toHaveLength(29);
  } finally {
    client.release(true);
  }
});

describe("for one dataset only", () => {
  const one = useDatabase();
  const plan = (types: string, text: string, values: string) =>
    planOfTenthRun(
      one,
      { types, text, values: values.replace("PARENT", String(parent)) },
      "force_custom_plan",
    );

  beforeAll(async () => {
    await load(one.database, manyEntities("VDP", 6000));
    parent = await one.value("select id from nodes where key = 'VDP'");
    for (const path of [["Ja"], ["run"]]) await addPromotedKey(one.database, path, { dataset: "VDP" });
  });

  const compare = page("(nodes.metadata #> $2) > $3::jsonb");
  const like = page("cast(nodes.metadata #>> $2 as varchar) like $3::varchar");

  test("a page of a narrow range goes through the index, not through all children by id", async () => {
    expect(await plan("int, text[], jsonb", compare, "PARENT, '{Ja}', '0.999'")).toContain(
      "copycat_key_Ja_comparison",
    );
  });

  test("a page of what most children have does not", async () => {
    expect(await plan("int, text[], jsonb", compare, "PARENT, '{Ja}', '0.01'")).not.toContain("copycat_key");
    expect(await plan("int, text[], varchar", like, "PARENT, '{run}', '%run%'")).not.toContain("copycat_key");
  });

  test("a rare pattern and an order go through theirs", async () => {
    expect(await plan("int, text[], varchar", like, "PARENT, '{run}', '%n_00123%'")).toContain(
      "copycat_key_run_like",
    );
    const sort = `select ${columns} from nodes where nodes.parent = $1::integer order by nodes.metadata -> $2::text, nodes.id limit 101`;
    expect(await plan("int, text", sort, "PARENT, 'run'")).toContain("copycat_key_run_sort");
  });
});
