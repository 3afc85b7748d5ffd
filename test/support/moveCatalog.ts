// A catalog in another schema than Tiled's public.

import { quoteIdentifier } from "../../src/database/index.ts";
import type { TestDatabase } from "./database.ts";

/** Moves tables, types and trigger functions; the bodies of functions name the new schema then. */
export async function moveCatalog(db: TestDatabase, schema: string): Promise<void> {
  const quoted = quoteIdentifier(schema);
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  await db.rows(`create schema ${quoted}`);
  await db.rows(`do $$ declare item record; begin
    for item in
      select format('table public.%I', tablename) as name from pg_tables where schemaname = 'public'
      union all values ('type public.structurefamily'), ('type public.management')
      union all select format('function %s', tgfoid::regprocedure) from pg_trigger where not tgisinternal
    loop
      execute format('alter %s set schema %I', item.name, ${literal(schema)});
    end loop;
    for item in select replace(pg_get_functiondef(tgfoid), 'public.', ${literal(`${quoted}.`)}) as text
      from pg_trigger where not tgisinternal
    loop
      execute item.text;
    end loop;
  end $$`);
}
