// Any input into any table under any policy, in batches of any size: the rows and the counts that a plain model gives.

import { expect, test } from "vitest";
import { bulkLoad, type MergePolicy } from "../../src/bulk/index.ts";
import { fc } from "../support/property.ts";
import { noCounts, stock, useStock } from "./stock.support.ts";

const { db, load, stored } = useStock();

interface Item {
  key: string;
  value: number | null;
  uses: number;
  note: string | null;
}

const key = fc.constantFrom("a", "b", "c", "d", "e\t", "\\N");
const item = fc
  .record({
    key,
    value: fc.option(fc.integer({ min: 0, max: 2 }), { nil: null }),
    uses: fc.integer({ min: 0, max: 2 }),
    // Unique in the table, so it goes with the key.
    note: fc.boolean(),
  })
  .map(({ note, ...others }) => ({ ...others, note: note ? `note of ${others.key}` : null }));

/** What a load does, one record after the other. */
function model(before: readonly Item[], input: readonly Item[], policy: MergePolicy) {
  const rows = new Map(before.map((row) => [row.key, { ...row }]));
  const counts = { ...noCounts, read: input.length };
  const keys = [...new Set(input.map((record) => record.key))];
  counts.duplicates = input.length - keys.length;
  for (const one of keys) {
    const same = input.filter((record) => record.key === one);
    const old = rows.get(one);
    const notes = same.flatMap(({ note }) => (note === null ? [] : [note]));
    const last = { ...(same.at(-1) as Item), note: notes.at(-1) ?? null };
    const uses = same.reduce((sum, record) => sum + record.uses, 0);
    if (old === undefined) {
      rows.set(one, policy === "skip" ? (same[0] as Item) : { ...last, uses });
      counts.inserted += 1;
    } else if (policy === "skip") counts.skipped += 1;
    else {
      const merged = { key: one, value: last.value, uses: old.uses + uses, note: last.note ?? old.note };
      rows.set(one, merged);
      if (merged.value === old.value && merged.uses === old.uses && merged.note === old.note)
        counts.unchanged += 1;
      else counts.updated += 1;
    }
  }
  return { rows: [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1)), counts };
}

const unique = fc.uniqueArray(item, { selector: (row) => row.key, maxLength: 4 });

test.each(["skip", "update"] as const)("under %s", async (policy) => {
  await fc.assert(
    fc.asyncProperty(
      unique,
      fc.array(item, { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom("text" as const, "binary" as const),
      fc.constantFrom("auto" as const, "staged" as const),
      async (before, input, batchRows, format, path) => {
        await db.rows("truncate stock");
        await bulkLoad(db.database, stock, before, { policy: "error" });
        const expected = model(before, input, policy);
        const { report } = await load(input, { policy, batchRows, format, path });
        const found = (await stored()).map(({ key, value, uses, note }) => ({ key, value, uses, note }));
        expect(found).toEqual(expected.rows);
        expect(report).toEqual(expected.counts);
      },
    ),
    { numRuns: 150 },
  );
});

test("under error, all of it or nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      unique,
      fc.array(item, { maxLength: 8 }),
      fc.integer({ min: 1, max: 5 }),
      fc.constantFrom("auto" as const, "staged" as const),
      async (before, input, batchRows, path) => {
        await db.rows("truncate stock");
        await bulkLoad(db.database, stock, before, { policy: "error" });
        const keys = [...before, ...input].map((row) => row.key);
        const clashes = new Set(keys).size < keys.length;
        const loading = bulkLoad(db.database, stock, input, { policy: "error", batchRows, path });
        if (clashes) await expect(loading).rejects.toMatchObject({ code: "CONFLICT" });
        else expect((await loading).inserted).toBe(input.length);
        expect(await db.value("select count(*)::int from stock")).toBe(
          before.length + (clashes ? 0 : input.length),
        );
      },
    ),
    { numRuns: 80 },
  );
});

test("batches that commit one by one give the same rows, over any number of connections", async () => {
  await fc.assert(
    fc.asyncProperty(
      unique,
      fc.array(item, { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom("skip" as const, "update" as const),
      async (before, input, commitEvery, connections, policy) => {
        await db.rows("truncate stock");
        await bulkLoad(db.database, stock, before, { policy: "error" });
        const { report } = await load(input, { policy, commitEvery, connections });
        expect(report.read).toBe(input.length);
        const found = (await stored()).map(({ key, value, uses, note }) => ({ key, value, uses, note }));
        expect(found).toEqual(model(before, input, policy).rows);
      },
    ),
    { numRuns: 60 },
  );
});
