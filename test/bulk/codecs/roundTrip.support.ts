// The property that every codec has to have.

import type { PoolClient } from "pg";
import { afterAll, beforeAll, expect } from "vitest";
import { makeCodec } from "../../../src/bulk/codecs/makeCodec.ts";
import type { TypeFacts } from "../../../src/bulk/codecs/types.ts";
import type { TestDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { BothFormats, facts } from "./bothFormats.support.ts";

export interface Case<Value> {
  type: string;
  values: fc.Arbitrary<Value>;
  /** Over `v`; the default is its text. */
  select?: string;
  expected: (value: Value) => unknown;
  facts?: TypeFacts;
}

export interface RoundTrip {
  /** All values are accepted, and come out of both formats as expected. */
  check<Value>(options: Case<Value>): Promise<void>;
  /** The same, where the server's own reading of a text says what is expected. */
  checkAgainstServer<Value>(
    type: string,
    values: fc.Arbitrary<Value>,
    toServerText: (value: Value) => string,
  ): Promise<void>;
}

/** Settings that a session may have, and that must not matter. */
const settings = "set time zone 'Asia/Kolkata'; set datestyle = 'ISO, DMY'; set extra_float_digits = 1";

export function useRoundTrip(db: TestDatabase): RoundTrip {
  let client: PoolClient;

  beforeAll(async () => {
    client = await db.database.pool.connect();
    await client.query(settings);
  });
  afterAll(() => client.release());

  async function check<Value>({
    type,
    values,
    select = "v::text",
    expected,
    facts: given,
  }: Case<Value>): Promise<void> {
    const both = await BothFormats.create(client, type, makeCodec(given ?? facts(type), {}));
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 40 }), async (batch) => {
        expect((await both.load(batch)).filter((problem) => problem !== null)).toEqual([]);
        const wanted = new Map(batch.map((value, position) => [position, expected(value)]));
        expect(await both.select(select)).toEqual(wanted);
        if (both.codec.isDirect) await both.select(select, "direct");
      }),
      { numRuns: 60 },
    );
  }

  /** What the server itself makes of texts. */
  async function serverReads(type: string, texts: readonly string[], select = "v::text"): Promise<unknown[]> {
    const { rows } = await client.query<[unknown]>({
      text: `select ${select} from (select t::${type} as v, n from unnest($1::text[]) with ordinality as u (t, n)) as s order by n`,
      values: [texts],
      rowMode: "array",
    });
    return rows.map(([value]) => value);
  }

  /** As `check`, where the server says what a text means. */
  async function checkAgainstServer<Value>(
    type: string,
    values: fc.Arbitrary<Value>,
    toServerText: (value: Value) => string,
  ): Promise<void> {
    const both = await BothFormats.create(client, type, makeCodec(facts(type), {}));
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 40 }), async (batch) => {
        expect((await both.load(batch)).filter((problem) => problem !== null)).toEqual([]);
        const wanted = await serverReads(type, batch.map(toServerText));
        expect([...(await both.select("v::text")).values()]).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  }

  return { check, checkAgainstServer };
}
