// The first search after a load has plans for what is there.

import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { dataset, load } from "../../support/nodes.ts";

const db = useDatabase();

test.each(["online", "offline"] as const)("the tables have statistics after a load (%s)", async (mode) => {
  await load(db.database, dataset(mode, 50), { mode });
  const count = await db.value<number>("select count(*)::int from nodes");
  expect(await db.value("select reltuples from pg_class where oid = 'nodes'::regclass")).toBe(count);
});
