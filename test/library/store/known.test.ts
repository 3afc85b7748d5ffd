// What a store keeps from batch to batch: what its table is like, and ids that it has reserved.

import { expect, it } from "vitest";
import { openLibrary } from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeFile, makeFiles } from "./support.ts";

const database = useDatabase({ empty: true });

it("a table that was changed by hand is looked at again after the batch that found out", async () => {
  const library = await openLibrary(database.database, { schema: "changed" });
  const files = makeFiles(30);
  expect(await library.batchInsertFiles(files.slice(0, 10))).toMatchObject({ changed: 10, failures: [] });
  await database.rows("alter table changed.file alter column bitrate type int8");
  const found = await library.batchInsertFiles(files.slice(10, 20));
  const again = found.changed === 10 ? found : await library.batchInsertFiles(files.slice(10, 20));
  expect(again).toMatchObject({ changed: 10, failures: [] });
  expect(await library.batchInsertFiles(files.slice(20))).toMatchObject({ changed: 10, failures: [] });
  expect(await library.countFiles()).toBe(30);
});

it("batches at the same time have ids of their own, and those left over are used by the next ones", async () => {
  const library = await openLibrary(database.database, { schema: "ids" });
  const files = makeFiles(400);
  const parts = Array.from({ length: 4 }, (_, part) => files.slice(part * 100, part * 100 + 100));
  const reports = await Promise.all(parts.map((part) => library.batchInsertFiles(part)));
  expect(reports.map(({ changed }) => changed)).toEqual([100, 100, 100, 100]);
  const reserved = async (): Promise<number> =>
    Number(await database.value("select last_value from ids.file_id_seq"));
  const before = await reserved();
  expect(await library.batchInsertFiles([{ ...makeFile(400), path: "one more.mp3" }])).toMatchObject({
    changed: 1,
  });
  expect(await reserved()).toBe(before);
  expect(await database.value("select count(distinct id)::int from ids.file")).toBe(401);
});
