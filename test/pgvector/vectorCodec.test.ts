// Embeddings through COPY in both formats, on a server that has pgvector.

import type { PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCodec } from "../../src/bulk/codecs/makeCodec.ts";
import type { TypeFacts } from "../../src/bulk/codecs/types.ts";
import { BothFormats } from "../bulk/codecs/bothFormats.support.ts";
import { useDatabase } from "../support/database.ts";
import { fc } from "../support/property.ts";

const db = useDatabase({ empty: true });
let client: PoolClient;

beforeAll(async () => {
  client = await db.database.pool.connect();
  await client.query("create extension vector");
});
afterAll(() => client.release());

async function vectorFacts(name: string, modifier: number): Promise<TypeFacts> {
  return {
    label: `${name}(${modifier})`,
    qualifiedName: `"public"."${name}"`,
    name,
    oid: await db.value<number>("select $1::regtype::oid::int8::int4", [name]),
    kind: "base",
    modifier,
  };
}

const dimensions = 5;
const bits = (value: number): string => {
  const data = Buffer.alloc(4);
  data.writeFloatBE(value);
  return data.toString("hex");
};

/** The text form; String(-0) is "0". */
const textOf = (vector: readonly number[]): string =>
  `[${vector.map((value) => (Object.is(value, -0) ? "-0" : String(value))).join(", ")}]`;

/** What half precision makes of a float4, by the server's own text input. */
async function serverHalves(vectors: readonly (readonly number[])[]): Promise<unknown[]> {
  const texts = vectors.map((vector) => textOf(vector.map(Math.fround)));
  const { rows } = await client.query<[unknown]>({
    text: "select t::halfvec::text from unnest($1::text[]) with ordinality as u (t, n) order by n",
    values: [texts],
    rowMode: "array",
  });
  return rows.map(([value]) => value);
}

const five = <Value>(item: fc.Arbitrary<Value>) =>
  fc.array(item, { minLength: dimensions, maxLength: dimensions });
const finite = fc.oneof(
  fc.double({ min: -3.4028234e38, max: 3.4028234e38, noNaN: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom(0, -0, 1e-46, -1e-46, 1.4e-45, 1e-38, 3.4028234663852886e38, 0.1, 16_777_217),
);

describe("vector", () => {
  test("comes out of the table as float4's own values, bit by bit", async () => {
    const facts = await vectorFacts("vector", dimensions);
    const both = await BothFormats.create(client, `vector(${dimensions})`, makeCodec(facts, {}));
    const select = "array(select encode(float4send(item), 'hex') from unnest(v::real[]) as item)";
    await fc.assert(
      fc.asyncProperty(fc.array(five(finite), { minLength: 1, maxLength: 30 }), async (batch) => {
        const forms = batch.map((vector, index) =>
          [vector, Float64Array.from(vector), Float32Array.from(vector), textOf(vector)].at(index % 4),
        );
        expect((await both.load(forms)).filter((problem) => problem !== null)).toEqual([]);
        const expected = new Map(batch.map((vector, position) => [position, vector.map(bits)]));
        expect(await both.select(select)).toEqual(expected);
        expect(await both.select(select, "direct")).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("an array of vectors, with NULLs", async () => {
    const element = await vectorFacts("vector", 2);
    const facts: TypeFacts = {
      ...element,
      label: "vector(2)[]",
      name: "_vector",
      qualifiedName: '"public"."_vector"',
      kind: "array",
      element,
    };
    const both = await BothFormats.create(client, "vector(2)[]", makeCodec(facts, {}));
    expect(await both.load([[[1, 2], null, Float32Array.of(0.5, -1)], [], [[1, 2, 3]]])).toMatchObject([
      null,
      null,
      {
        code: "wrong_dimension",
        message: "column v (vector(2)[]) expected 2 dimensions, not 3 as element 0",
      },
    ]);
    expect(await both.select("v::text[]")).toEqual(
      new Map([
        [0, ["[1,2]", null, "[0.5,-1]"]],
        [1, []],
      ]),
    );
  });
});

test("halfvec rounds as the server does", async () => {
  const facts = await vectorFacts("halfvec", dimensions);
  const both = await BothFormats.create(client, `halfvec(${dimensions})`, makeCodec(facts, {}));
  const half = fc.oneof(
    fc.double({ min: -65_519, max: 65_519, noNaN: true }),
    fc.double({ min: -1e-4, max: 1e-4, noNaN: true }),
    fc.constantFrom(
      0,
      -0,
      1e-46,
      2 ** -24,
      2 ** -25,
      3 * 2 ** -26,
      2 ** -14,
      65_504,
      65_519,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(five(half), { minLength: 1, maxLength: 30 }), async (batch) => {
      expect((await both.load(batch)).filter((problem) => problem !== null)).toEqual([]);
      const wanted = await serverHalves(batch);
      expect([...(await both.select("v::text")).values()]).toEqual(wanted);
      await both.select("v::text", "direct");
    }),
    { numRuns: 60 },
  );
});

test.each(["vector", "halfvec"])("any value at all is refused or loads into %s", async (name) => {
  const both = await BothFormats.create(client, `${name}(3)`, makeCodec(await vectorFacts(name, 3), {}));
  const item = fc.oneof(fc.double(), fc.constantFrom(65_520, 4e38, 3.4028235677973366e38), fc.anything());
  const thing = fc.oneof(
    fc.array(item, { minLength: 2, maxLength: 4 }),
    fc.float32Array({ minLength: 2, maxLength: 4 }),
    fc.constantFrom(
      "[1,2,3]",
      "[]",
      "[1,2,3",
      "[ 1 , +2. , .3e1 ]",
      "[1,2,1e400]",
      "[1,2,1e-400]",
      "[0x1,2,3]",
      "[1,2,\ud83d]",
    ),
    fc.anything(),
  );
  const certain = await both.load([[1, 2, 3], "[ 1 , +2. , .3e1 ]", "[1,2,1e-400]"]);
  expect(certain).toEqual([null, null, null]);
  await fc.assert(
    fc.asyncProperty(fc.array(thing, { minLength: 5, maxLength: 40 }), async (values) => {
      const problems = await both.load(values);
      const present = problems.flatMap((problem, position) => (problem === null ? [position] : []));
      expect([...(await both.select("v::text")).keys()]).toEqual(present);
    }),
    { numRuns: 60 },
  );
});
