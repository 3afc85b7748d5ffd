// Prepared statements, and what comes of them behind a pooler that knows none.

import { describe, expect, it } from "vitest";
import { type Database, openDatabase, queryPrepared } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true });
const text = "select $1::int + 1 as sum";

async function withConnection(work: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase({ dsn: db.dsn, poolConnections: 1 });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

const sum = (database: Database, value: unknown) => queryPrepared(database, text, [value]);

async function prepared(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>("select name from pg_prepared_statements");
  return rows.map(({ name }) => name);
}

describe("a prepared query", () => {
  it("is prepared once a connection, by a name that its text decides", async () => {
    const names: string[][] = [];
    for (let connection = 0; connection < 2; connection++) {
      await withConnection(async (database) => {
        for (let value = 0; value < 10; value++)
          expect(await sum(database, value)).toEqual([{ sum: value + 1 }]);
        names.push(await prepared(database));
        await queryPrepared(database, "select 1 as one", []);
        expect(await prepared(database)).toHaveLength(2);
      });
    }
    expect(names[0]).toEqual([expect.stringMatching(/^copycat_[0-9a-f]{32}$/)]);
    expect(names[1]).toEqual(names[0]);
  });

  it("goes on without when the statement is gone", async () => {
    await withConnection(async (database) => {
      await sum(database, 1);
      await database.pool.query("deallocate all");
      expect(await sum(database, 2)).toEqual([{ sum: 3 }]);
      expect(await sum(database, 3)).toEqual([{ sum: 4 }]);
      expect(await prepared(database)).toEqual([]);
    });
  });

  it("goes on without when somebody prepared it before", async () => {
    let name = "";
    await withConnection(async (database) => {
      await sum(database, 1);
      [name = ""] = await prepared(database);
    });
    await withConnection(async (database) => {
      await database.pool.query(`prepare ${name} as select 0`);
      expect(await sum(database, 2)).toEqual([{ sum: 3 }]);
      expect(await sum(database, 3)).toEqual([{ sum: 4 }]);
    });
  });

  it("goes on without when its columns have other types by now", async () => {
    await withConnection(async (database) => {
      const all = () => queryPrepared(database, "select * from changing", []);
      await database.pool.query("create table changing as select 1 as a");
      expect(await all()).toEqual([{ a: 1 }]);
      await database.pool.query("alter table changing alter column a type text");
      expect(await all()).toEqual([{ a: "1" }]);
      expect(await all()).toEqual([{ a: "1" }]);
    });
  });

  it("fails as any other for what is wrong with it", async () => {
    await withConnection(async (database) => {
      await expect(sum(database, "x")).rejects.toMatchObject({ code: "22P02" });
      await expect(queryPrepared(database, "select nothing", [])).rejects.toMatchObject({ code: "42703" });
      expect(await sum(database, 1)).toEqual([{ sum: 2 }]);
      expect(await prepared(database)).toHaveLength(1);
    });
  });
});
