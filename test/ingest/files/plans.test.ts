// The statements on copycat.file before the table has statistics, as in the first run after a large one.

import { beforeAll, expect, test } from "vitest";
import { catalogNames } from "../../../src/catalog/index.ts";
import { ensureEngineTables } from "../../../src/database/index.ts";
import { listAfterSql, listAlikeSql, listKnownSql, listOwnSql } from "../../../src/ingest/files/sql.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase();

const files = 5000;
const asked = 500;
const [dataset, input, root] = ["SET", "/data/set.yaml", "/data"];
const numbers = Array.from({ length: asked }, (_, index) => 2000 + index);
const uris = numbers.map((number) => `file:///data/${number}.h5`);

beforeAll(async () => {
  await ensureEngineTables(db.database, "copycat.file");
  await db.rows("alter table copycat.file set (autovacuum_enabled = off)");
  await db.rows(
    `\
insert into copycat.file (catalog_schema, dataset, input, root, relative_path, uri, size_bytes, modified_ns, inode, description,
  nodes, rejects, is_whole, is_kept, tops, run_id)
select 'public', $2, $3, $4, i || '.h5', 'file:///data/' || i || '.h5', 1000, i, '1:' || i, '', 1, 0, true, false, array[i],
  gen_random_uuid()
from generate_series(1, $1::int) i`,
    [files, dataset, input, root],
  );
});

const key = ["public", dataset, input, root];
const inputs = numbers.map(() => input);
const times = numbers.map(String);
const sizes = numbers.map(() => "1000");

test.each([
  [
    "files by their names",
    listKnownSql(catalogNames("public")),
    [...key, numbers.map((i) => `${i}.h5`)],
    asked,
  ],
  ["files after a name, and whether they are shared", listAfterSql, [...key, "2", asked], asked],
  ["files of the same size and time", listAlikeSql, ["public", dataset, sizes, times, []], asked],
  ["files of one input alone", listOwnSql, ["public", uris, inputs], asked],
])("%s", async (_, text, values, expected) => {
  const [{ Plan: plan }] = await db.value<[{ Plan: Record<string, number> }]>(
    `explain (analyze, buffers, format json) ${text}`,
    values,
  );
  expect(plan["Actual Rows"]).toBe(expected);
  // A few pages of indexes and one of the table for each file; by a wrong index it is all files for each of them.
  const pages = (plan["Shared Hit Blocks"] ?? 0) + (plan["Shared Read Blocks"] ?? 0);
  expect(pages).toBeLessThan(15 * asked);
});
