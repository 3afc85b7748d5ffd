// Text, uuid, bytea, enums and domains come out of the table as they went in, whichever format carried them.

import { beforeAll, describe, expect, test } from "vitest";
import { makeCodec } from "../../../src/bulk/codecs/makeCodec.ts";
import type { TypeFacts } from "../../../src/bulk/codecs/types.ts";
import { useDatabase } from "../../support/database.ts";
import { fc } from "../../support/property.ts";
import { facts, storableText } from "./bothFormats.support.ts";
import { useRoundTrip } from "./roundTrip.support.ts";

const db = useDatabase({ empty: true, inPublic: true });
const { check } = useRoundTrip(db);

beforeAll(async () => {
  await db.rows(`create type mood as enum ('sad', 'so so', 'a"b\\c', 'NULL', '\\N', '')`);
  await db.rows("create domain small as int4 check (value < 1000)");
});

const tenCharacters = fc
  .array(fc.oneof(storableText, fc.constant("😀")), { maxLength: 10 })
  .map((parts) => [...parts.join("")].slice(0, 10).join(""));

describe("text", () => {
  test("text", () => check({ type: "text", values: storableText, expected: (value) => value }));
  test("varchar(10), code points", () =>
    check({ type: "varchar(10)", values: tenCharacters, expected: (value) => value }));
  test("bpchar(10), whose trailing blanks mean nothing", () =>
    check({ type: "char(10)", values: tenCharacters, expected: (value) => value.replace(/ +$/, "") }));
  test("a type that is staged as text", () =>
    check({ type: "interval", values: storableText, expected: (value) => value }));
});

describe("uuid, bytea, enums, domains", () => {
  test("uuid in every form", () =>
    check({
      type: "uuid",
      values: fc.tuple(fc.uuid(), fc.constantFrom("", "{}", "-", "upper", "odd")).map(([uuid, form]) => {
        if (form === "{}") return `{${uuid}}`;
        if (form === "-") return uuid.replaceAll("-", "");
        if (form === "upper") return uuid.toUpperCase();
        return form === "odd" ? uuid.replaceAll("-", "").replace(/.{4}(?!$)/g, "$&-") : uuid;
      }),
      expected: (value) =>
        value
          .toLowerCase()
          .replace(/[{}-]/g, "")
          .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    }));
  test("bytea", () =>
    check<Uint8Array | string>({
      type: "bytea",
      values: fc.oneof(
        fc.uint8Array(),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.uint8Array().map((bytes) => `\\x${Buffer.from(bytes).toString("hex").toUpperCase()}`),
      ),
      expected: (value) =>
        typeof value === "string" ? value.toLowerCase() : `\\x${Buffer.from(value).toString("hex")}`,
    }));

  const mood = async (): Promise<TypeFacts> => ({
    ...facts("text"),
    name: "mood",
    label: "mood",
    qualifiedName: '"public"."mood"',
    kind: "enum",
    oid: await db.value<number>("select 'mood'::regtype::oid::int8::int4"),
    enumLabels: ["sad", "so so", 'a"b\\c', "NULL", "\\N", ""],
  });
  test("an enum, and an array of it", async () => {
    const type = await mood();
    const labels = fc.constantFrom(...(type.enumLabels ?? []));
    await check({ type: "mood", facts: type, values: labels, expected: (value) => value });
    await check({
      type: "mood[]",
      facts: { ...type, kind: "array", name: "_mood", element: type },
      values: fc.array(labels),
      select: "to_json(v::text[])",
      expected: (value) => value,
    });
  });
  test("a domain and an array of it, staged as the base type", async () => {
    const type: TypeFacts = { ...facts("int4"), kind: "domain", name: "small", base: facts("int4") };
    await check({ type: "small", facts: type, values: fc.integer(), expected: String });
    expect(makeCodec(type, {})).toMatchObject({ isDirect: false, stagingType: 'pg_catalog."int4"' });
    await check({
      type: "small[]",
      facts: { ...facts("int4[]"), name: "_small", element: type },
      values: fc.array(fc.option(fc.integer())),
      select: "to_json(v)",
      expected: (value) => value,
    });
  });
});
