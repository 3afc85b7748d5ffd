// Names of any kind become SQL as names, never as anything else: random ones, with all that SQL has a meaning for.

import { beforeAll, describe, expect, test } from "vitest";
import { bulkLoad, describeTable } from "../../src/bulk/index.ts";
import {
  addPromotedKey,
  createView,
  dropPromotedKey,
  dropView,
  listPromotedKeys,
  searchNodes,
} from "../../src/catalog/index.ts";
import { quoteIdentifier, quoteLiteral } from "../../src/database/index.ts";
import { openLibrary } from "../../src/library/index.ts";
import { ensureMemory, loadMemory } from "../../src/memory/index.ts";
import { openSimulationStore } from "../../src/simulation/index.ts";
import { useDatabase } from "../support/database.ts";
import { container, load } from "../support/nodes.ts";
import { fc } from "../support/property.ts";

const db = useDatabase();

const pieces = [
  ..."\"'`;\\$%?:/-(){}[]=,.*| \n\t\u0001",
  ..."aZ0_äß漢😀\u0301\u202e",
  "--",
  "/*",
  "*/",
  "$$",
  "$1",
  "''",
  '""',
  "\\'",
  "; drop table canary; --",
  '"; drop table canary; --',
  "'); drop table canary; --",
  "$copycat$; drop table canary; --",
  "public",
  "nodes",
  "select",
  "{owner}",
];
/** Up to and beyond the 63 bytes that a name of PostgreSQL's holds. */
const names = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 24 })
  .map((parts) => parts.join(""))
  .filter((name) => !["public", "nodes"].includes(name) && !name.startsWith("pg_"));

const fits = (name: string): boolean => Buffer.byteLength(name) <= 63;

/** What none of it may touch. */
async function canary(): Promise<unknown> {
  return db.rows(`
    select (select array_agg(id order by id) from public.canary) as rows,
      (select array_agg(relname::text order by relname::text) from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm', 'S', 'f')) as relations,
      (select count(*)::int from pg_proc where pronamespace = 'public'::regnamespace) as functions`);
}

const schemas = async (): Promise<string[]> =>
  (
    await db.rows<{ name: string }>(
      `select nspname::text as name from pg_namespace
       where nspname !~ '^pg_' and nspname not in ('public', 'information_schema', 'copycat') order by 1`,
    )
  ).map(({ name }) => name);

let before: unknown;

beforeAll(async () => {
  await db.rows("create table public.canary (id int); insert into public.canary values (1), (2)");
  await load(db.database, [container("/D", { a: 1 })], { mode: "online" });
  // What is made once, with the first of its kind.
  await addPromotedKey(db.database, ["a"]);
  await dropPromotedKey(db.database, ["a"]);
  before = await canary();
});

/** Runs something with a name; all that is there afterwards is a schema of this very name, or nothing and a refusal. */
async function makesSchema(name: string, make: () => Promise<unknown>): Promise<void> {
  const error = await make().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (fits(name)) {
    expect(error).toBeNull();
    expect(await schemas()).toEqual([name]);
    await db.rows(`drop schema ${quoteIdentifier(name)} cascade`);
  } else {
    expect(error).toMatchObject({ code: "USAGE" });
    expect(await schemas()).toEqual([]);
  }
  expect(await canary()).toEqual(before);
}

function forNames(work: (name: string, other: string) => Promise<void>, numRuns = 12): Promise<void> {
  return fc.assert(fc.asyncProperty(names, names, work), { numRuns, endOnFailure: true });
}

describe("quoting", () => {
  test("a name comes back as it was, cut at 63 bytes by the server", async () => {
    await forNames(async (name) => {
      const rows = await db.rows(`select 1 as ${quoteIdentifier(name)}`);
      const [column = ""] = Object.keys(rows[0] ?? {});
      expect(name.startsWith(column)).toBe(true);
      if (fits(name)) expect(column).toBe(name);
    }, 200);
  });

  test.each(["on", "off"])(
    "a literal comes back as it was, with standard_conforming_strings %s",
    async (setting) => {
      const client = await db.database.pool.connect();
      try {
        await client.query(`set standard_conforming_strings = ${setting}`);
        await fc.assert(
          fc.asyncProperty(names, async (text) => {
            const { rows } = await client.query(`select ${quoteLiteral(text)} as text`);
            expect(rows).toEqual([{ text }]);
          }),
          { numRuns: 200 },
        );
      } finally {
        client.release(true);
      }
    },
  );
});

describe("names of schemas", () => {
  test("of a memory store", async () => {
    await forNames((schema, key) =>
      makesSchema(schema, async () => {
        await ensureMemory(db.database, { schema, dimensions: 2 });
        const record = { namespace: key, key, value: key, embedding: [1, 2], metadata: { [key]: key } };
        const report = await loadMemory(db.database, "entries", [record], { schema });
        expect(report.inserted).toBe(1);
      }),
    );
  });

  test("of a simulation store, and names of scenarios, datasets, groups and attributes", async () => {
    await forNames((schema, name) =>
      makesSchema(schema, async () => {
        const store = await openSimulationStore(db.database, { schema, scenario: name });
        await store.storeUpdate({
          dataset: name,
          timestamp: 0,
          iteration: 0,
          data: { [name]: { id: { data: [1] }, [`${name}x`]: { data: [1] } } },
        });
        expect(await db.value(`select name from ${quoteIdentifier(schema, "scenario")}`)).toBe(name);
      }),
    );
  });

  test("of a library store, and names of libraries", async () => {
    await forNames((schema, name) =>
      makesSchema(schema, async () => {
        await openLibrary(db.database, {
          schema,
          library: name,
          root: `/${name}`.replace(/\/+$/, "") || "/",
        });
        expect(await db.value(`select name from ${quoteIdentifier(schema, "library")}`)).toBe(name);
      }),
    );
  });
});

describe("names in the catalog", () => {
  test("of metadata keys that are promoted, and searched", async () => {
    await forNames(async (key, other) => {
      const dataset = "/P";
      await load(db.database, [container(dataset), container(`${dataset}/x`, { [key]: { [other]: 5 } })], {
        mode: "online",
        policy: "update",
      });
      const path = [key, other];
      await addPromotedKey(db.database, path);
      expect((await listPromotedKeys(db.database)).map((promoted) => promoted.path)).toEqual([path]);
      const { nodes } = await searchNodes(db.database, {
        dataset,
        where: { kind: "compare", key: path, operator: "=", value: 5 } as never,
      }).catch(() => ({ nodes: [] }));
      expect(nodes.length).toBeLessThanOrEqual(1);
      await dropPromotedKey(db.database, path);
      expect(await canary()).toEqual(before);
      await db.rows("delete from nodes where key in ('P', 'x')");
    });
  });

  test("of views, their schemas, and their columns", async () => {
    await forNames(async (viewSchema, name) => {
      const keys = { [viewSchema]: 1, [name]: "text" };
      await load(db.database, [container("/V"), container("/V/x", keys)], {
        mode: "online",
        policy: "update",
      });
      await makesSchemaOr(viewSchema, name, async () => {
        const { columns } = await createView(db.database, "/V", { viewSchema, name });
        const { rows } = await db.database.pool.query(`select * from ${quoteIdentifier(viewSchema, name)}`);
        for (const { name: column, key } of columns) {
          expect(rows[0][column]).toEqual(key in keys ? expect.anything() : undefined);
        }
        await dropView(db.database, name, { viewSchema });
      });
      await db.rows("delete from nodes where key in ('V', 'x')");
    });
  });

  /** Two names: either may be too long. */
  async function makesSchemaOr(
    viewSchema: string,
    name: string,
    make: () => Promise<unknown>,
  ): Promise<void> {
    if (fits(name) || !fits(viewSchema)) return makesSchema(viewSchema, make);
    await expect(make()).rejects.toMatchObject({ code: "USAGE" });
    expect(await schemas()).toEqual([]);
    expect(await canary()).toEqual(before);
  }
});

test("names of tables and columns of any table", async () => {
  await forNames(async (table, column) => {
    if (!fits(table) || !fits(column) || column === "id") return;
    await db.rows(`create schema filled`);
    await db.rows(
      `create table ${quoteIdentifier("filled", table)} (id int primary key, ${quoteIdentifier(column)} text)`,
    );
    const description = await describeTable(db.database, { schema: "filled", name: table });
    for (const policy of ["skip", "update"] as const) {
      const records = [{ id: 1, [column]: table }];
      const { read } = await bulkLoad(db.database, description, records, { policy });
      expect(read).toBe(1);
    }
    expect(await db.rows(`select * from ${quoteIdentifier("filled", table)}`)).toEqual([
      { id: 1, [column]: table },
    ]);
    await db.rows("drop schema filled cascade");
    expect(await canary()).toEqual(before);
  }, 25);
});
