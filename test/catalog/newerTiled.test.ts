// What is found, indexed, proved and mended in a catalog of Tiled 0.2.19 or newer.

import { beforeAll, describe, expect, test } from "vitest";
import {
  addPromotedKey,
  ensureCatalog,
  listPromotedKeys,
  parseWhere,
  readCatalogState,
  repairCatalog,
  requireCatalog,
  searchNodes,
  verifyCatalog,
} from "../../src/catalog/index.ts";
import { pageSql } from "../../src/catalog/search/pageSql.ts";
import { resolveSearch } from "../../src/catalog/search/resolve.ts";
import { migrateUp } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";
import { toNewerTiled } from "../support/newerTiled.ts";
import { container, load } from "../support/nodes.ts";
import { schemaFacts } from "../support/schemaFacts.ts";

const db = useDatabase();
const entities = 4000;

beforeAll(async () => {
  await toNewerTiled(db);
  const made = Array.from({ length: entities }, (_, index) =>
    container(`/A/H_${index}`, {
      Ja: ((index * 7919) % entities) / entities,
      run: `run ${index}`,
      sample: { name: `s${index % 500}` },
    }),
  );
  await load(db.database, [container("/A"), ...made], { batchNodes: 1000 });
  await db.rows("vacuum analyze nodes");
});

describe("the stamp", () => {
  test("is one that is read and written to, and nothing is made in it", async () => {
    const before = await schemaFacts(db, db.database.catalogSchema);
    expect(await readCatalogState(db.database)).toEqual({ kind: "ready", revision: "917dbbcfc4b1" });
    expect(await ensureCatalog(db.database)).toEqual({ created: false });
    await requireCatalog(db.database);
    await migrateUp(db.database);
    expect(await schemaFacts(db, db.database.catalogSchema)).toEqual(before);
  });

  test.each(["de302a096358", "3bc110ce44e9", "0d4e1f2a3b4c", "3e87cbeb195b"])(
    "of a step of the upgrade, %s, is refused with what to do",
    async (step) => {
      await db.rows("update alembic_version set version_num = $1", [step]);
      await expect(ensureCatalog(db.database)).rejects.toMatchObject({
        code: "CATALOG_VERSION",
        message: expect.stringMatching(`the stamp ${step};.*run \`tiled catalog upgrade-database`),
      });
      await db.rows("update alembic_version set version_num = '917dbbcfc4b1'");
    },
  );
});

interface Plan {
  "Index Name"?: string;
  Plans?: Plan[];
}

/** The indexes that a search reads. */
async function indexesOf(filter: string): Promise<string[]> {
  const search = await resolveSearch(db.database, { dataset: "A", where: parseWhere(filter) });
  const { text, values } = pageSql(search, { part: "all", after: null, limit: 21 });
  const [found] = await db.value<[{ Plan: Plan }]>(`explain (format json) ${text}`, values);
  const flatten = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flatten)];
  return flatten(found.Plan).flatMap((plan) => plan["Index Name"] ?? []);
}

describe("a search", () => {
  test.each([
    ["run = 'run 7'", 1],
    ["run in ('run 7', 'run 8')", 2],
    ["sample.name = s7", 8],
  ])("for %s goes through the GIN index of the metadata", async (filter, count) => {
    expect(await indexesOf(filter)).toContain("ix_nodes_metadata");
    const { nodes } = await searchNodes(db.database, { dataset: "A", where: parseWhere(filter) });
    expect(nodes).toHaveLength(count);
  });

  test("by a promoted key goes through its index, before and after an offline load", async () => {
    const { indexes } = await addPromotedKey(db.database, ["Ja"]);
    expect((await indexesOf("Ja > 0.99")).some((name) => indexes.includes(name))).toBe(true);
    const more = Array.from({ length: 5200 }, (_, index) => container(`/B/H_${index}`, { Ja: 0.5 }));
    const { report } = await load(db.database, [container("/B"), ...more], { mode: "offline" });
    expect(report.phases.map(({ name }) => name)).toContain("indexes");
    expect((await listPromotedKeys(db.database)).flatMap((key) => key.indexes)).toEqual(indexes);
    expect((await indexesOf("Ja > 0.99")).some((name) => indexes.includes(name))).toBe(true);
  });
});

test("damage is seen, and mended", async () => {
  expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  await db.rows(`
    alter table nodes disable trigger update_closure_table_when_inserting;
    insert into nodes (parent, key, structure_family, metadata, specs)
      values (1, 'unknown to the closure', 'container', '{}', '[]');
    delete from nodes_closure where depth = 1 and descendant < 5;
    select setval('nodes_id_seq', 3)`);
  const { before, repaired, after } = await repairCatalog(db.database);
  expect(before.ok).toBe(false);
  expect(repaired).toMatchObject({
    closure: { updated: 0, deleted: 0 },
    triggers: ["update_closure_table_when_inserting"],
    sequences: ['"public"."nodes"'],
  });
  expect(after.checks.filter(({ ok }) => !ok)).toEqual([]);
});
