// What is known of types without a server is what a server says.

import { describe, expect, test } from "vitest";
import { factsOfType } from "../../../src/bulk/codecs/builtinTypes.ts";
import { useDatabase } from "../../support/database.ts";

const db = useDatabase({ empty: true });

const names = [
  ..."text varchar bpchar char character bool boolean int2 smallint int int4 integer int8 bigint real float4 float8 float".split(
    " ",
  ),
  ..."numeric decimal dec uuid json jsonb bytea date timestamp timestamptz time timetz interval inet cidr macaddr".split(
    " ",
  ),
  ..."macaddr8 money xml name oid bit varbit point tsvector nchar _text _int4 _varchar _bpchar".split(" "),
  ...["double precision", "character varying", "char varying", "national character varying(7)", "nchar(2)"],
  ...[
    "character varying(255)",
    "varchar(1)",
    "varchar( 10485760 )",
    "char(3)",
    "character(3)",
    "bpchar(3)",
    '"char"',
  ],
  ...[
    "numeric(10)",
    "numeric(10,2)",
    "decimal(10, 2)",
    "dec(5)",
    "numeric(3,-2)",
    "numeric(2,4)",
    "numeric(1000,1000)",
  ],
  ...[
    "float(1)",
    "float(24)",
    "float(25)",
    "float(53)",
    "bit(3)",
    "bit varying",
    "bit varying(9)",
    "varbit(2)",
  ],
  ...["timestamp(3)", "timestamptz(0)", "timestamp with time zone", "timestamp without time zone"],
  ...["timestamp(3) with time zone", "timestamp (6) without time zone", "time(2)", "time(2) with time zone"],
  ...[
    "time without time zone",
    "timetz(1)",
    "interval(3)",
    "TEXT",
    "  Double   Precision ",
    "pg_catalog.int4",
  ],
  ...[
    'pg_catalog."text"',
    '"pg_catalog"."varchar"',
    '"int8"',
    'pg_catalog."bpchar"',
    "pg_catalog.varchar(3)",
  ],
  ...[
    "text[]",
    "integer[]",
    "int4[3]",
    "int4[][]",
    "int4 array",
    "int4 array[4]",
    "varchar(10)[]",
    "numeric(5,1)[]",
  ],
  ...["timestamp(3) with time zone[]", "double precision[]", "char[]", "character varying[]", "uuid []"],
];

describe("as the server has them", () => {
  test.each(names)("%s", async (type) => {
    await db.rows("drop table if exists typed");
    await db.rows(`create table typed (c ${type})`);
    const [found] = await db.rows<Record<string, unknown>>(`
      select format_type(a.atttypid, a.atttypmod) as label, t.typname as name, t.oid::int8::int4 as oid,
        case when t.typcategory = 'A' then 'array' else 'base' end as kind, a.atttypmod as modifier,
        e.typname as element, e.oid::int8::int4 as element_oid
      from pg_attribute as a
      join pg_type as t on t.oid = a.atttypid
      left join pg_type as e on t.typcategory = 'A' and e.oid = t.typelem
      where a.attrelid = 'typed'::regclass and a.attnum = 1`);
    const { element, element_oid, ...facts } = found ?? {};
    expect(factsOfType(type)).toEqual({
      ...facts,
      qualifiedName: `pg_catalog."${String(facts.name)}"`,
      ...(element === null
        ? {}
        : {
            element: expect.objectContaining({ name: element, oid: element_oid, modifier: facts.modifier }),
          }),
    });
  });
});

test.each([
  ...[
    "mood",
    "public.mood",
    '"My Type"',
    "vector(384)",
    "vector",
    "citext",
    "",
    "int4 int4",
    "text(3)",
    "int4(3)",
  ],
  ...[
    "varchar(0)",
    "varchar(10485761)",
    "numeric(0)",
    "numeric(1001)",
    "numeric(3,1001)",
    "float(0)",
    "float(54)",
  ],
  ...[
    "varchar(3,4)",
    "timestamp(7)",
    "text[",
    "constructor",
    "__proto__",
    "toString[]",
    "public.text",
    "_mood",
    "json(1)",
  ],
  ...["setof text", "text; drop table x", "_", "[]", "[][]", "serial", "record", "int4range"],
])("nothing is known of %j", (type) => {
  expect(factsOfType(type)).toBeNull();
});
