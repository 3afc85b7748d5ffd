// Any value at all is refused by the client, or loads in both formats: what a codec lets through never makes COPY fail,
// neither into staging nor, where the codec says so, into the table itself.

import type { PoolClient } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCodec } from "../../../src/bulk/codecs/makeCodec.ts";
import { RawJson } from "../../../src/json.ts";
import { useDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { BothFormats, facts, hazardousText } from "./bothFormats.support.ts";

const db = useDatabase({ empty: true });
let client: PoolClient;

beforeAll(async () => {
  client = await db.database.pool.connect();
});
afterAll(() => client.release());

/** Texts near the edge of what some type takes. */
const edges = [
  ..."0 -0 1 -1 007 +1 1.0 1.5 1e5 1e400 1e131071 1e131072 1e-16383 1e-16384 1e-400 9.995 9.994 99999 0.0099 0.00995 950 949".split(
    " ",
  ),
  ..."0e5 0e-20000 0e999999 1e999999999999 1_000 0x10 NaN nan Infinity -Infinity infinity -infinity inf 32767 32768".split(
    " ",
  ),
  ..."2147483648 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 . e5 5. .5 --1".split(
    " ",
  ),
  ..."true t yes {} {1,2} [] [1,2] [1,,2] [NaN] \\x \\x0 \\x00fF \\xzz null NULL now today epoch".split(" "),
  "2026-02-30",
  "2024-02-29",
  "2026-11-21",
  "2026-11-21T10:00:00Z",
  "2026-11-21 10:00:00",
  "2026-11-21 10:00:00.1234567+01:30",
  "2026-11-21T00:00:00Z",
  "2026-13-01",
  "2026-11-21 25:00:00Z",
  "2026-11-21 23:59:60.999999Z",
  "2026-11-21 24:00:00.000001Z",
  "2026-11-21T10:00:00+16:00",
  "0000-01-01",
  "0000-01-01 BC",
  "4714-11-24 BC",
  "4714-11-23 BC",
  "4714-11-24 00:00:00+00 BC",
  "4714-11-24 00:00:00+01 BC",
  "4714-11-24 00:00:00 BC",
  "4714-11-23 23:59:59.999999 BC",
  "4714-11-23 23:59:59.999999+00 BC",
  "-004713-11-24",
  "+294276-12-31T23:59:59.999999Z",
  "294276-12-31T23:59:59.9999999Z",
  "294276-12-31T23:59:59.9999Z",
  "294277-01-01T00:00:00Z",
  "5874897-12-31",
  "5874898-01-01",
  "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
  "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
  "{a0eebc999c0b4ef8bb6d6bb9bd380a11",
  "a0eebc999c0b4ef8bb6d6bb9bd380a11",
  "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
  "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1-",
  "\ud83d",
  "a\udc00",
  "a\u0000",
  "abcdef",
  "😀😀😀",
  "9".repeat(131_072),
  "9".repeat(131_073),
  `0.${"1".repeat(16_384)}`,
  "[".repeat(6000),
];

const rawTexts = [
  ...[
    "1e200000",
    "0e-20000",
    "-0",
    "[1.10]",
    '"\\u0000"',
    '"\\\\u0000"',
    '"\\ud83d\\ude00"',
    '"\\ude00\\ud83d"',
  ],
  ...[
    '{"\\ud83d":1}',
    '"\\ud83dx\\ude00"',
    '"a\u0000"',
    "9".repeat(140_000),
    `1.${"1".repeat(20_000)}`,
    " \n\t[1 ]\r\n",
  ],
  ...[
    `${"[".repeat(1000)}${"]".repeat(1000)}`,
    `${"[".repeat(9000)}${"]".repeat(9000)}`,
    "1e-16383",
    "1e2147483648",
    "0e1073741822",
    "0e1073741823",
    "0e-1073741823",
  ],
  ...[`"${"[".repeat(9000)}"`, `"${"1e9".repeat(9000)}"`, '"\\\\\\\\ud83d"', '"\\"\\\\"', "1E+5", "1e131071"],
].map((text) => new RawJson(text));

const scalar = fc.oneof(
  fc.constantFrom(...edges),
  hazardousText,
  fc.constantFrom(
    -1e300,
    4e38,
    3.4028235677973366e38,
    1e-46,
    0.5,
    1e21,
    2 ** 53,
    2 ** 63,
    -(2 ** 63),
    65_520,
    -0,
  ),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.boolean(),
  fc.date(),
  fc.constantFrom(
    new Date("-271821-04-20"),
    new Date("+275760-09-13"),
    new Date(Number.NaN),
    10n ** 131_072n,
  ),
  fc.uint8Array({ maxLength: 4 }),
  fc.constantFrom(...rawTexts),
);
const thing = fc.oneof(
  { arbitrary: scalar, weight: 4 },
  fc.array(scalar, { maxLength: 4 }),
  fc.array(fc.array(fc.option(scalar), { maxLength: 2 }), { maxLength: 3 }),
  fc.oneof(fc.float32Array(), fc.float64Array(), fc.int16Array(), fc.bigInt64Array(), fc.uint8ClampedArray()),
  fc.dictionary(fc.oneof(hazardousText, fc.constant("toJSON"), fc.constant("__proto__")), scalar, {
    maxKeys: 3,
  }),
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withObjectString: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  }),
);

const types = [
  ..."text varchar(5) char(3) bpchar bool int2 int4 int8 float4 float8 numeric numeric(5,2) numeric(2,4) numeric(3,-2)".split(
    " ",
  ),
  ..."uuid json jsonb bytea date timestamp timestamptz interval inet xml tsvector".split(" "),
  ..."timestamptz(3) timestamp(0) text[] varchar(5)[] char(3)[] bool[] int2[] int4[] int8[] float4[] float8[]".split(
    " ",
  ),
  ..."numeric[] numeric(5,2)[] uuid[] json[] jsonb[] bytea[] date[] timestamp[] timestamptz[] inet[]".split(
    " ",
  ),
];

test.each(types)("%s", async (type) => {
  const both = await BothFormats.create(client, type, makeCodec(facts(type), {}));
  // Each edge once, whatever chance has in store.
  const ofEdges = await both.load([...edges, ...rawTexts].flatMap((edge) => [edge, [edge]]));
  // A codec that refuses everything would pass as well.
  let accepted = ofEdges.filter((problem) => problem === null).length;
  await fc.assert(
    fc.asyncProperty(fc.array(thing, { minLength: 10, maxLength: 60, size: "max" }), async (values) => {
      const problems = await both.load(values);
      const present = problems.flatMap((problem, position) => (problem === null ? [position] : []));
      accepted += present.length;
      expect([...(await both.select("v::text")).keys()]).toEqual(present);
    }),
    { numRuns: 40 },
  );
  expect(accepted).toBeGreaterThan(3);
});
