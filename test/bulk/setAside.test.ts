// What a large load drops comes back exactly as it was, and what others lean on never goes.

import { describe, expect, test } from "vitest";
import { bringBack, setAside } from "../../src/bulk/index.ts";
import { withTransaction } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";
import { schemaFacts } from "../support/schemaFacts.ts";

const db = useDatabase({ empty: true, inPublic: true });

async function makeTables(): Promise<void> {
  // Servers before 15 do not know it.
  const nullsNotDistinct = db.database.serverVersion >= 150000 ? "nulls not distinct" : "";
  await db.rows(`
    drop schema if exists "odd ""schema""" cascade;
    create schema "odd ""schema""";
    set search_path = "odd ""schema""", public;
    create table kinds (id int primary key, name text not null constraint kinds_name unique);
    create table "My.Items" (
      id int primary key,
      kind int constraint items_kind references kinds on delete cascade deferrable initially deferred,
      label text,
      code text constraint items_code unique,
      badge text constraint items_badge unique deferrable initially deferred,
      span int4range,
      constraint items_span exclude using gist (span with &&),
      parent int,
      rank int not null,
      constraint items_parent foreign key (parent) references "My.Items" on delete set null,
      constraint items_rank unique ${nullsNotDistinct} (rank, label) with (fillfactor = 70));
    create table outside (code text constraint outside_code references "My.Items" (code));
    create table late (id int primary key, kind int);
    insert into late values (1, 77);
    alter table late add constraint late_kind foreign key (kind) references kinds not valid;
    create index "items.label" on "My.Items" (lower(label) text_pattern_ops desc nulls last) where rank > 0;
    alter index "items.label" alter column 1 set statistics 321;
    create unique index items_once on "My.Items" (parent, rank) include (label);
    create index late_kind_index on late using hash (kind);
    comment on constraint items_kind on "My.Items" is 'which one; ''quoted''';
    comment on constraint items_rank on "My.Items" is 'rank';
    comment on index "items.label" is 'for the ones that count';
    comment on index items_rank is 'its index';
    create index "by.rank" on "My.Items" (rank);
    alter table "My.Items" cluster on "by.rank";
    alter table late replica identity using index late_pkey;
    reset search_path`);
}

const tables = ["kinds", "My.Items", "late"].map((name) => ({
  name: `"odd ""schema"""."${name}"`,
  primaryKey: name === "late",
}));

describe("constraints and indexes", () => {
  test("come back as they were, and those that others lean on stay", async () => {
    await makeTables();
    const before = await schemaFacts(db, 'odd "schema"');
    const between = await withTransaction(db.database, async (client) => {
      const dropped = await setAside(client, tables);
      const { rows } = await client.query<{ name: string }>(
        `select conname::text as name from pg_constraint where connamespace = '"odd ""schema"""'::regnamespace
           and contype <> 'n'
         union all select indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid
         where c.relnamespace = '"odd ""schema"""'::regnamespace
           and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
         order by 1`,
      );
      await bringBack(client, dropped);
      return { left: rows.map(({ name }) => name), dropped: dropped.length };
    });
    // Primary keys, the constraint that a foreign key of another table refers to, and the replica identity.
    expect(between.left).toEqual(
      ["My.Items_pkey", "items_code", "kinds_pkey", "late_pkey", "outside_code"].sort(),
    );
    expect(between.dropped).toBe(11);
    expect(await schemaFacts(db, 'odd "schema"')).toEqual(before);
  });

  test("come back when the transaction fails, too", async () => {
    await makeTables();
    const before = await schemaFacts(db, 'odd "schema"');
    const failing = withTransaction(db.database, async (client) => {
      const dropped = await setAside(client, tables);
      await client.query(`insert into "odd ""schema""".kinds values (1, 'a'), (2, 'a')`);
      await bringBack(client, dropped);
    });
    await expect(failing).rejects.toMatchObject({ code: "23505", constraint: "kinds_name" });
    expect(await schemaFacts(db, 'odd "schema"')).toEqual(before);
    expect(await db.rows(`select * from "odd ""schema""".kinds`)).toEqual([]);
  });

  test("rows that refer to nothing are found when the foreign keys come back", async () => {
    await makeTables();
    const failing = withTransaction(db.database, async (client) => {
      const dropped = await setAside(client, tables);
      await client.query(`insert into "odd ""schema"""."My.Items" (id, kind, rank) values (1, 99, 1)`);
      await bringBack(client, dropped);
    });
    await expect(failing).rejects.toMatchObject({ code: "23503", constraint: "items_kind" });
  });

  test("a primary key that a view groups by stays where it is", async () => {
    await makeTables();
    await db.rows(`
      create table public.plain (id int primary key, name text);
      create view public.plain_names as select id, name from public.plain group by id`);
    const dropped = await withTransaction(db.database, (client) =>
      setAside(client, [{ name: "public.plain", primaryKey: true }]),
    );
    expect(dropped).toEqual([]);
  });
});
