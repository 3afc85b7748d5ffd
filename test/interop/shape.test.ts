// The tables that a load fills, and what hangs on them: as Tiled makes them, and as the unit tests have them.

import { beforeAll, expect, it } from "vitest";
import { catalogRevision } from "../../migrations/revision.ts";
import { readCatalogState } from "../../src/catalog/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { toNewerTiled } from "../support/newerTiled.ts";
import { schemaFacts } from "../support/schemaFacts.ts";
import { runTiled, sqlalchemyUri } from "./support/programs.ts";
import { withEachTiled } from "./support/releases.ts";

const tables = [
  "nodes",
  "nodes_closure",
  "revisions",
  "structures",
  "data_sources",
  "assets",
  "data_source_asset_association",
  "access_tags",
  "node_access_tags_association",
];

/** Columns, keys, indexes and triggers, but those that follow from keys, also of tables that are not looked at. */
async function shapeOf(database: TestDatabase): Promise<object[]> {
  const columns = await database.rows(
    `select table_name as relation, column_name as name, data_type as type, character_maximum_length as length,
      is_nullable as nullable, column_default as "default"
     from information_schema.columns where table_schema = 'public' and table_name = any ($1) order by 1, 2`,
    [tables],
  );
  const facts = (await schemaFacts(database, "public")).filter(
    ({ kind, relation, name }) => kind !== "table" && tables.includes(String(relation)) && name !== "",
  );
  return [...columns, ...facts];
}

withEachTiled((tiled, isWritable) => {
  const theirs = useDatabase({ empty: true });
  const ours = useDatabase();

  beforeAll(async () => {
    await runTiled(tiled, ["catalog", "init", sqlalchemyUri(theirs.dsn)]);
    if (tiled.revision !== catalogRevision) await toNewerTiled(ours);
  });

  it("stamps its catalogs with a revision that is known, or refused", async () => {
    const state = isWritable ? { kind: "ready", revision: tiled.revision } : { kind: "foreign" };
    expect(await readCatalogState(theirs.database)).toMatchObject(state);
  });

  if (!isWritable) return;

  it("makes the tables that the unit tests have", async () => {
    expect(await shapeOf(ours)).toEqual(await shapeOf(theirs));
  });
});
