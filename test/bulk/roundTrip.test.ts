// Lines of COPY text for columns of built-in types, as the catalog sends them, come back from a real table as they
// went in. Every codec in both formats: test/bulk/codecs/.

import { beforeAll, expect, test } from "vitest";
import { type Column, copyLines, copyStatement, makeRowEncoder, type Row } from "../../src/bulk/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";
import { fc } from "../support/property.ts";

const db = useDatabase({ empty: true, inPublic: true });
const columns: Column[] = [
  { name: "position", type: "int4" },
  { name: "t", type: "text" },
  { name: "i4", type: "int4" },
  { name: "i8", type: "int8" },
  { name: "f8", type: "float8" },
  { name: "b", type: "bool" },
  { name: "j", type: "jsonb", json: "text" },
];
const copyColumns = columns.map(({ name }) => name);

beforeAll(async () => {
  await db.rows(
    "create table round_trip (position int4, t text, i4 int4, i8 int8, f8 float8, b bool, j jsonb)",
  );
});

/** Sends rows by COPY and reads them back, in their order; int8 as text. */
async function roundTrip(rows: Row[]): Promise<unknown[][]> {
  const encode = makeRowEncoder(columns);
  const lines = rows.map((row, position) => {
    const line = encode([position, ...row]);
    if (typeof line !== "string") throw new Error(line.message);
    return line;
  });
  return withTransaction(db.database, async (client) => {
    await client.query("truncate round_trip");
    const sent = await copyLines(client, copyStatement(["public", "round_trip"], copyColumns), lines);
    expect(sent.rows).toBe(rows.length);
    expect(sent.bytes).toBe(Buffer.byteLength(lines.join("")));
    const { rows: found } = await client.query<unknown[]>({
      text: "select t, i4, i8, f8, b, j from round_trip order by position",
      rowMode: "array",
    });
    return found;
  });
}

const hazards = [
  "\\N",
  "\\.",
  "\\.\n",
  "\n\\.\n",
  "\t",
  "\r\n",
  "\r",
  "\\",
  "\\\\",
  "\b\f\v",
  "",
  "\ufeff",
  "é😀",
  "NULL",
];
const text = fc.oneof(
  fc.constantFrom(...hazards),
  fc
    .array(fc.oneof(fc.constantFrom(...hazards), fc.string({ unit: "binary" })), { maxLength: 6 })
    .map((parts) => parts.join("")),
);
/** No column of PostgreSQL holds U+0000. */
const storable = text.map((value) => value.replaceAll("\u0000", "").toWellFormed());
const jsonValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    storable,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(storable, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;
const orNull = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: null, freq: 6 });

const arbitraryRow = fc.tuple(
  orNull(storable),
  orNull(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  orNull(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  orNull(fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324))),
  orNull(fc.boolean()),
  orNull(jsonValue),
);

test("any rows come back equal", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryRow, { maxLength: 30 }), async (rows) => {
      const sent = rows.map(([t, i4, i8, f8, b, j]) => [
        t,
        i4,
        i8,
        f8,
        b,
        j === null ? null : JSON.stringify(j),
      ]);
      const expected = rows.map(([t, i4, i8, f8, b, j]) => [
        t,
        i4,
        i8 === null ? null : String(i8),
        f8,
        b,
        j,
      ]);
      const found = await roundTrip(sent);
      expect(found).toEqual(expected);
      // toEqual takes 0 and -0 for the same.
      const zeros = (row: unknown[]) => Object.is(row[3], -0);
      expect(found.map(zeros)).toEqual(expected.map(zeros));
    }),
    { numRuns: 150 },
  );
});

test("half a surrogate pair is refused: UTF-8 has no such thing", () => {
  expect(makeRowEncoder(columns)([0, "a\ud83db"])).toEqual({
    code: "lone_surrogate",
    column: "t",
    message: "column t (text) contains half a surrogate pair",
  });
});

test("numbers in JSON keep their digits", async () => {
  await roundTrip([[null, null, null, null, null, '{"a":12345678901234567890.10,"b":1.0}']]);
  expect(await db.value("select j::text from round_trip")).toBe('{"a": 12345678901234567890.10, "b": 1.0}');
});

test("a value of several megabytes comes back whole", async () => {
  const large = "line\twith\\hazards\n\\.\n".repeat(200_000);
  const [row] = await roundTrip([[large, null, null, null, null, null]]);
  expect(row?.[0] === large).toBe(true);
});
