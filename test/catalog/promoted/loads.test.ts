// Promoted keys outlive loads: dropped and built again by an offline one, filled by an online one, and used afterwards.

import { beforeAll, describe, expect, test } from "vitest";
import {
  addPromotedKey,
  key,
  listPromotedKeys,
  searchNodes,
  verifyCatalog,
} from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { container, load } from "../../support/nodes.ts";
import { schemaFacts } from "../../support/schemaFacts.ts";
import { manyEntities } from "./support.ts";

const db = useDatabase();

const paths = [["Ja"], ["run"], ["instrument", "slot"]];
let before: Record<string, unknown>[];
const names: string[] = [];

const indexFacts = async () =>
  (await schemaFacts(db, db.database.catalogSchema)).filter(({ kind }) => kind === "index");

beforeAll(async () => {
  await load(db.database, manyEntities("VDP", 3000));
  for (const path of paths) {
    const { indexes } = await addPromotedKey(db.database, path, { dataset: "VDP" });
    names.push(...indexes);
  }
  const { indexes } = await addPromotedKey(db.database, ["run"]);
  names.push(...indexes);
  before = await indexFacts();
});

/** The plan of a range, and how many nodes it finds. */
async function range(low: number): Promise<{ plan: string; count: number }> {
  const parent = await db.value<number>("select id from nodes where key = 'VDP'");
  const from = `from nodes where parent = ${parent} and (metadata #> '{Ja}') > '${low}'`;
  const plan = await db.rows<{ "QUERY PLAN": string }>(`explain (costs off) select id ${from}`);
  return {
    plan: plan.map((row) => row["QUERY PLAN"]).join("\n"),
    count: await db.value(`select count(*)::int ${from}`),
  };
}

describe.each(["offline", "online"] as const)("an %s load", (mode) => {
  test("leaves them as they were, valid and used", async () => {
    // Large enough for the indexes to be dropped.
    const { report } = await load(db.database, manyEntities(`more-${mode}`, 5200), { mode });
    expect(report.phases.some(({ name }) => name === "indexes")).toBe(mode === "offline");
    expect(await indexFacts()).toEqual(before);
    const listed = await listPromotedKeys(db.database);
    expect(listed.flatMap(({ indexes }) => indexes)).toEqual(names);
    expect(listed.every(({ isValid, sizeBytes }) => isValid && sizeBytes > 0)).toBe(true);
    const { plan, count } = await range(0.99);
    expect(plan).toContain(names[0]);
    expect(count).toBe(mode === "offline" ? 29 : 30);
  });

  test("fills them with what it brings", async () => {
    const entity = container(`/VDP/new-${mode}`, { Ja: 5, run: `fresh_${mode}` });
    await load(db.database, [entity], { mode });
    expect((await range(4)).count).toBe(mode === "offline" ? 1 : 2);
    const where = key("run").like(`fresh_${mode}%`);
    const { nodes } = await searchNodes(db.database, { dataset: "VDP", where });
    expect(nodes.map(({ path }) => path)).toEqual([`/VDP/new-${mode}`]);
  });
});

test.each(["online", "offline"] as const)(
  "a value that the index cannot take is a reject, the others go in (%s)",
  async (mode) => {
    const long = Array.from({ length: 1000 }, (_, index) =>
      String.fromCodePoint(0x4e00 + ((index * 7919) % 20_000)),
    ).join("");
    const nodes = [
      container(`/VDP/long-${mode}`, { run: long }),
      container(`/VDP/long-${mode}/child`),
      // Promoted below VDP only.
      container(`/elsewhere-${mode}`),
      container(`/elsewhere-${mode}/long`, { Ja: long }),
    ];
    const { report, rejects } = await load(db.database, nodes, { mode });
    expect(report.nodes).toMatchObject({ inserted: 2, rejected: 2 });
    expect(rejects.map(({ position, code }) => [position, code])).toEqual([
      [`/VDP/long-${mode}`, "key_too_long"],
      [`/VDP/long-${mode}/child`, "parent_missing"],
    ]);
    expect(rejects[0]?.message).toContain("the value of run is longer than the 2600 bytes");
    expect(await verifyCatalog(db.database)).toMatchObject({ ok: true });
  },
);
