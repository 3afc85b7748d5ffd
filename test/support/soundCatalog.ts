// A catalog after loads that passed its triggers and keys over.

import { expect } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { withRollback } from "../../src/database/index.ts";
import type { TestDatabase } from "./database.ts";

const againSql = [
  "alter table nodes_closure add constraint again_a foreign key (ancestor) references nodes",
  "alter table nodes_closure add constraint again_d foreign key (descendant) references nodes",
  "alter table data_sources add constraint again_s foreign key (structure_id) references structures",
  "alter table data_source_asset_association add constraint again_f foreign key (asset_id) references assets",
];

/** Foreign keys that were passed over hold all the same: to add one checks every row. */
export async function expectSound({ database }: TestDatabase): Promise<void> {
  expect((await verifyCatalog(database)).checks.filter(({ ok }) => !ok)).toEqual([]);
  await withRollback(database, async (client) => {
    for (const statement of againSql) await client.query(statement);
  });
}
