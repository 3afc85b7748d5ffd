// What the planner makes of the statements: the stock indexes and those of promoted keys are used.

import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { parseWhere, type SearchQuery, type SortKey, searchNodes } from "../../../src/catalog/index.ts";
import { addPromotedKey } from "../../../src/catalog/promoted/addPromotedKey.ts";
import { type PagePart, pageSql } from "../../../src/catalog/search/pageSql.ts";
import { readPlace } from "../../../src/catalog/search/place.ts";
import { resolveSearch } from "../../../src/catalog/search/resolve.ts";
import { openDatabase } from "../../../src/database/index.ts";
import { useDatabase } from "../../support/database.ts";
import { container, load } from "../../support/nodes.ts";

const db = useDatabase();

const entities = 4000;

beforeAll(async () => {
  const words = ["north", "south", "east", "west"];
  const makeEntities = (dataset: string) =>
    Array.from({ length: entities }, (_, index) =>
      container(`/${dataset}/H_${index}`, {
        // Each tenth has none; 7919 is prime, so that the values are spread over the ids.
        ...(index % 10 === 0 ? {} : { Ja: ((index * 7919) % entities) / entities }),
        run: `run ${index} ${words[index % 4]}`,
        sample: { name: `s${index % 500}` },
        title: "one and the same",
      }),
    );
  const nodes = ["A", "B"].flatMap((dataset) => [container(`/${dataset}`), ...makeEntities(dataset)]);
  await load(db.database, nodes, { batchNodes: 1000 });
  await addPromotedKey(db.database, ["Ja"], {});
  await addPromotedKey(db.database, ["sample", "name"], { dataset: "A" });
  await db.rows("vacuum analyze nodes");
});

interface Plan {
  "Node Type": string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Index Recheck"?: number;
  Plans?: Plan[];
}

function flatten(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(flatten)];
}

async function explain(query: SearchQuery & { after?: string }, part: PagePart = "all"): Promise<Plan[]> {
  const search = await resolveSearch(db.database, query);
  const after = query.after === undefined ? null : readPlace(search.sort, query.after);
  const { text, values } = pageSql(search, { part, after, limit: 21 });
  const plan = await db.value<[{ Plan: Plan }]>(`explain (analyze, timing off, format json) ${text}`, values);
  return flatten(plan[0].Plan);
}

/**
 * Rows that the scans of a plan read, whether they fit or not: what a user waits for. Which of several indexes gives
 * them, and whether a few are sorted, is the planner's business and changes with its version.
 */
function rowsRead(plans: readonly Plan[]): number {
  const reads = plans.filter((plan) => /Index.* Scan|Heap Scan|Seq Scan/.test(plan["Node Type"]));
  return reads.reduce((sum, plan) => {
    const removed = (plan["Rows Removed by Filter"] ?? 0) + (plan["Rows Removed by Index Recheck"] ?? 0);
    return sum + plan["Actual Loops"] * (plan["Actual Rows"] + removed);
  }, 0);
}

/** The definitions of the indexes that a plan reads. */
async function indexesOf(plans: readonly Plan[]): Promise<string[]> {
  const names = plans.flatMap((plan) => plan["Index Name"] ?? []);
  const rows = await db.rows<{ definition: string }>(
    "select indexdef as definition from pg_indexes where indexname = any($1)",
    [names],
  );
  return rows.map(({ definition }) => definition.replace(/^.* USING /, ""));
}

const nodeTypes = (plans: readonly Plan[]): string[] => plans.map((plan) => plan["Node Type"]);

describe("the stock indexes serve", () => {
  test("equality, one of several and lists by containment", async () => {
    for (const filter of ["run = 'run 7 west'", "run in ('run 7 west', 'run 8 north')", "sample.name = s7"]) {
      const plans = await explain({ dataset: "B", where: parseWhere(filter) });
      expect(await indexesOf(plans)).toEqual([expect.stringMatching(/^gin \(parent, .*metadata/)]);
    }
  });

  test("full text", async () => {
    const plans = await explain({ dataset: "B", where: parseWhere("text '1234'") });
    expect(await indexesOf(plans)).toContainEqual(expect.stringMatching(/^gin \(jsonb_to_tsvector/));
  });

  test("a node by its key", async () => {
    const byKey = await explain({ dataset: "B", where: parseWhere("key in (H_7, H_8)") });
    expect(await indexesOf(byKey)).toEqual(["btree (key, parent)"]);
  });

  test("pages by id, which read no child of another dataset", async () => {
    // A was loaded before B: from the front, the primary key leads past all of A; from A's last, past all of B.
    for (const dataset of ["A", "B"]) {
      expect(rowsRead(await explain({ dataset }))).toBeLessThanOrEqual(2 * 21);
      const { next } = await searchNodes(db.database, { dataset, limit: entities - 10 });
      expect(rowsRead(await explain({ dataset, after: next ?? "" }))).toBe(2 * 10);
    }
  });
});

describe("the index of a promoted key serves", () => {
  const promoted = ["btree (parent, ((metadata #> '{Ja}'::text[])), id)"];

  test.each([
    "Ja = 0.5",
    "Ja in (0.5, 0.25)",
    "Ja > 0.99",
    "Ja >= 0.99",
    "Ja < 0.01",
    "Ja <= 0.01",
    "Ja between 0.5 and 0.51",
    "Ja > 0.5 and Ja < 0.51",
  ])("%s, as a condition of the index", async (filter) => {
    const plans = await explain({ dataset: "B", where: parseWhere(filter) });
    expect(await indexesOf(plans)).toEqual(promoted);
    const conditions = plans.map((plan) => plan["Index Cond"]).join();
    expect(conditions).toMatch(/parent = \d+/);
    expect(conditions).toContain("metadata #> '{Ja}'::text[]");
  });

  test("a range, whose both ends are in the index condition", async () => {
    const above = await explain({ dataset: "B", where: parseWhere("Ja > 0.99") });
    expect(above.map((plan) => plan["Index Cond"]).join()).toMatch(/> '0\.99'::jsonb.*< 'false'::jsonb/);
    const below = await explain({ dataset: "B", where: parseWhere("Ja < 0.01") });
    expect(below.map((plan) => plan["Index Cond"]).join()).toMatch(/< '0\.01'::jsonb.*>= '-9999/);
  });

  test.each<[string, SortKey]>([
    ["upwards", { path: ["Ja"] }],
    ["downwards", { path: ["Ja"], descending: true }],
  ])("pages in its order, %s, without a sort", async (_name, sortKey) => {
    const query: SearchQuery = { dataset: "B", sort: [sortKey] };
    const first = await searchNodes(db.database, { ...query, limit: 100 });
    const after = first.next ?? "";
    for (const plans of [
      await explain(query, "present"),
      await explain(query, "missing"),
      await explain({ ...query, after }, "present"),
    ]) {
      expect(await indexesOf(plans)).toEqual(promoted);
      expect(nodeTypes(plans)).toEqual(["Limit", "Index Scan"]);
    }
    const plans = await explain({ ...query, after }, "present");
    expect(plans.at(-1)?.["Index Cond"]).toMatch(/parent = .*ROW\(.*metadata.*id\) [<>] ROW\('/);
    const last = await searchNodes(db.database, { ...query, limit: entities - 10 });
    // Ten of the 400 without the key are left, among the last hundred children.
    const beyond = await explain({ ...query, after: last.next ?? "" }, "missing");
    expect(rowsRead(beyond)).toBeLessThanOrEqual(120);
  });

  test("pages of a range in its order", async () => {
    const where = parseWhere("Ja > 0.2");
    const plans = await explain({ dataset: "B", where, sort: [{ path: ["Ja"] }] }, "present");
    expect(await indexesOf(plans)).toEqual(promoted);
    expect(nodeTypes(plans)).toEqual(["Limit", "Index Scan"]);
  });

  test("only the dataset that it was made for", async () => {
    const where = parseWhere("sample.name = s7");
    const own = await indexesOf(await explain({ dataset: "A", where }));
    expect(own).toEqual([expect.stringMatching(/^btree \(parent, .*sample,name.* WHERE \(parent = \d+\)$/)]);
    expect(await indexesOf(await explain({ dataset: "B", where }))).toEqual([expect.stringMatching(/^gin/)]);
  });
});

test("what is promoted finds what it found before", async () => {
  const paths = async (dataset: string): Promise<string[]> => {
    const where = parseWhere("sample.name in (s7, s8) and not Ja = 0.5");
    const { nodes } = await searchNodes(db.database, { dataset, where, limit: 100 });
    return nodes.map(({ path }) => path.slice(2));
  };
  const promoted = await paths("A");
  expect(promoted).toHaveLength(16);
  expect(await paths("B")).toEqual(promoted);
});

test("an index that is gone is not counted on", async () => {
  const where = parseWhere("sample.name = s7");
  const [{ name } = { name: "" }] = await db.rows<{ name: string }>(
    "select indexname as name from pg_indexes where indexdef like '%btree%#>%{sample,name}%'",
  );
  await db.rows(`drop index "${name}"`);
  expect(await indexesOf(await explain({ dataset: "A", where }))).toEqual([expect.stringMatching(/^gin/)]);
});

test("a role that may only read the catalog searches as well", async () => {
  const role = `reader_${randomBytes(6).toString("hex")}`;
  await db.rows(`create role ${role}`);
  await db.rows(`grant select on all tables in schema public to ${role}`);
  const dsn = new URL(db.dsn);
  dsn.searchParams.set("options", `-c role=${role}`);
  const database = await openDatabase({ dsn: dsn.toString() });
  try {
    await expect(database.pool.query("select from copycat.promoted_key")).rejects.toMatchObject({
      code: "42501",
    });
    const where = parseWhere("sample.name = s7 and not Ja = 0.3 and family container");
    expect((await searchNodes(database, { dataset: "A", where })).nodes).toHaveLength(8);
  } finally {
    await database.close();
    await db.rows(`drop owned by ${role}`);
    await db.rows(`drop role ${role}`);
  }
});

describe("in a catalog without promoted keys", () => {
  const other = useDatabase();

  test("the first one counts from the next search on", async () => {
    await load(other.database, [container("/A"), container("/A/H_0", { Ja: 0.5 })]);
    const isPromoted = async (): Promise<boolean> => {
      const search = await resolveSearch(other.database, { dataset: "A", where: parseWhere("Ja = 0.5") });
      return search.isPromoted(["Ja"]);
    };
    expect(await isPromoted()).toBe(false);
    await addPromotedKey(other.database, ["Ja"]);
    expect(await isPromoted()).toBe(true);
  });
});
