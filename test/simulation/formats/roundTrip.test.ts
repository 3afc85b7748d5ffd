// Any data that a simulation may write comes out of its files as it went in, in every format.

import { writeFileSync } from "node:fs";
import { encode } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { openFiles } from "../../../src/simulation/openFiles.ts";
import { useFolder } from "../../support/files.ts";
import { fc } from "../../support/property.ts";
import { type Groups, updatesOf, writeSqlite } from "./support.ts";

const folder = useFolder();

const text = fc
  .string({ unit: "grapheme" })
  .filter((value) => !value.endsWith("\0") && value !== "_udf_" && value.isWellFormed());
const int = fc.maxSafeInteger().filter((value) => value !== -2147483648);
// A whole number of 64 bits that JavaScript writes without a point comes back as what it looks like, an int64.
const looksLong = (value: number): boolean => Math.abs(value) >= 2 ** 53 && Math.abs(value) <= 2 ** 64;
const float = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Object.is(value, -0) && !looksLong(value));
const scalars: fc.Arbitrary<unknown>[] = [fc.boolean(), int, float, text];
const name = text.filter((value) => value !== "" && value !== "id" && value !== "__proto__");

/** A column of `length` values of one type, some of them null; or of ragged rows. */
const column = (length: number): fc.Arbitrary<unknown[]> => {
  const columns = scalars.flatMap((scalar) => [
    fc.array(fc.option(scalar), { minLength: length, maxLength: length }),
    fc.array(fc.option(fc.array(scalar, { maxLength: 4 })), { minLength: length, maxLength: length }),
  ]);
  return fc.oneof(...columns);
};

const group = fc
  .uniqueArray(fc.nat(), { maxLength: 6 })
  .chain((id) =>
    fc
      .dictionary(name, column(id.length), { maxKeys: 5, noNullPrototype: true })
      .map((columns) => ({ id, ...columns })),
  );
const groups: fc.Arbitrary<Groups> = fc.dictionary(name, group, {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
});

let files = 0;

async function readBack(path: string): Promise<unknown> {
  const source = await openFiles(path);
  try {
    return (await updatesOf(source, "a"))[0]?.data;
  } finally {
    await source.close();
  }
}

const writers: [string, (data: Groups) => string][] = [
  ["JSON", (data) => folder.text(`json/${++files}/t0_0_a.json`, JSON.stringify({ data }))],
  ["MessagePack", (data) => folder.text(`msgpack/${++files}/t0_0_a.msgpack`, encode({ a: data }))],
  [
    "SQLite",
    (data) => {
      const update = { timestamp: 0, iteration: 0, dataset: "a", data };
      return writeSqlite(`${folder.folder(`sqlite/${++files}`)}/results.db`, { updates: [update] });
    },
  ],
];

describe.each(writers)("%s", (format, write) => {
  it("any groups of any attributes", async () => {
    await fc.assert(
      fc.asyncProperty(groups, async (data) => {
        const path = write(data);
        const read = await readBack(format === "SQLite" ? path : path.slice(0, path.lastIndexOf("/")));
        expect(read).toEqual(data);
      }),
      { numRuns: format === "SQLite" ? 40 : 150 },
    );
  });

  it("bytes of any kind are refused with a sentence, never a crash", async () => {
    if (format === "SQLite") return;
    const path = write({});
    const at = path.slice(0, path.lastIndexOf("/"));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 60 }), async (bytes) => {
        writeFileSync(path, bytes);
        const source = await openFiles(at);
        await updatesOf(source, "a").catch((error: unknown) => {
          expect(error).toMatchObject({ code: "INVALID_INPUT", message: expect.stringContaining(path) });
        });
      }),
      { numRuns: 300 },
    );
  });
});
