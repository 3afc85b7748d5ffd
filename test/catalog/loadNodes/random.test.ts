// Random trees, in random order, in random batches, under random policies and modes, against a model: a map of paths.

import { beforeAll, describe, expect, test } from "vitest";
import { type LoadOptions, type NodeRecord, verifyCatalog } from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { toNewerTiled } from "../../support/newerTiled.ts";
import { array, container, listPaths, load } from "../../support/nodes.ts";
import { fc } from "../../support/property.ts";

interface Step {
  nodes: NodeRecord[];
  policy: "skip" | "update";
  mode: LoadOptions["mode"];
  triggers: NonNullable<LoadOptions["triggers"]>;
  batchNodes: number;
}

/** Few keys, so that paths meet again across steps; x and y are arrays, the others containers. */
const arbitraryNode = (mostFiles: number) =>
  fc
    .record({
      parents: fc.array(fc.constantFrom("a", "b", "ü"), { maxLength: 5 }),
      key: fc.constantFrom("a", "b", "ü", "x", "y"),
      version: fc.integer({ min: 0, max: 2 }),
      length: fc.integer({ min: 1, max: mostFiles }),
    })
    .map(({ parents, key, version, length }) => {
      const path = `/${[...parents, key].join("/")}`;
      const isArray = key === "x" || key === "y";
      const files = Array.from({ length }, (_, index) => `/data/${version}-${index}.h5`);
      return isArray
        ? array(path, { metadata: { version }, shape: [length], files })
        : container(path, { version });
    });

const arbitraryStep: fc.Arbitrary<Step> = fc.record({
  // With one file each, an empty catalog is filled without looking anything up, unless that turns out wrong.
  nodes: fc.oneof(
    fc.array(arbitraryNode(1), { maxLength: 40 }),
    fc.array(arbitraryNode(1), { maxLength: 4 }),
    fc.array(arbitraryNode(3), { maxLength: 40 }),
  ),
  policy: fc.constantFrom("skip", "update"),
  mode: fc.constantFrom("auto", "online", "offline"),
  triggers: fc.constantFrom("auto", "disable", "replica"),
  batchNodes: fc.integer({ min: 1, max: 50 }),
});

/** What the catalog must hold after a step: path -> version. A node goes in when its parent is there or goes in. */
function applyStep(model: Map<string, number>, { nodes, policy }: Step): void {
  const taken = new Map<string, NodeRecord>();
  for (const node of nodes) {
    if (policy === "update" || !taken.has(node.position)) taken.set(node.position, node);
  }
  const byDepth = [...taken.values()].sort((a, b) => a.parentPath.length - b.parentPath.length);
  for (const node of byDepth) {
    const parent = node.parentPath.map((key) => `/${key}`).join("");
    if (parent !== "" && !model.has(parent)) continue;
    if (policy === "skip" && model.has(node.position)) continue;
    model.set(node.position, (JSON.parse(node.metadata) as { version: number }).version);
  }
}

describe.each(["as made here", "as Tiled 0.2.19 makes it"])("a catalog %s", (shape) => {
  const db = useDatabase();

  beforeAll(async () => {
    if (shape !== "as made here") await toNewerTiled(db);
  });

  test("after any loads the catalog is sound and holds what the model holds", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryStep, { minLength: 1, maxLength: 3 }), async (steps) => {
        await db.rows("delete from nodes where id <> 0");
        await db.rows("delete from assets");
        run += 1;
        const model = new Map<string, number>();
        for (const step of steps) {
          applyStep(model, step);
          await load(db.database, step.nodes, step);
        }
        const verified = await verifyCatalog(db.database);
        expect(verified.checks.filter(({ ok }) => !ok)).toEqual([]);
        expect((await listPaths(db)).sort()).toEqual([...model.keys()].sort());
        const versions = await db.rows<{ version: number }>(
          "select (metadata ->> 'version')::int as version from nodes where id <> 0",
        );
        expect(versions.map(({ version }) => version).sort()).toEqual([...model.values()].sort());
      }),
      { numRuns: 30 },
    );
    expect(run).toBeGreaterThanOrEqual(30);
  });
});
