// Everything about a schema that an introspection shows, for comparing before with after.

import type { TestDatabase } from "./database.ts";

export async function schemaFacts(test: TestDatabase, schema: string): Promise<Record<string, unknown>[]> {
  return test.rows(
    `
    select 'constraint' as kind, conrelid::regclass::text as relation, conname::text as name,
      pg_get_constraintdef(k.oid) || format(' validated %s deferrable %s', convalidated, condeferrable) as definition,
      obj_description(k.oid, 'pg_constraint') as comment
    from pg_constraint k where connamespace = $1::name::text::regnamespace
    union all
    select 'index', indrelid::regclass::text, indexrelid::regclass::text,
      pg_get_indexdef(indexrelid) || format(' unique %s primary %s clustered %s identity %s valid %s ready %s %s',
        indisunique, indisprimary, indisclustered, indisreplident, indisvalid, indisready, c.reloptions),
      obj_description(indexrelid, 'pg_class') || (
        select string_agg(attnum::text || ':' || coalesce(attstattarget, -1)::text, ',') from pg_attribute where attrelid = indexrelid)
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where c.relnamespace = $1::name::text::regnamespace
    union all
    select 'trigger', tgrelid::regclass::text, case when tgisinternal then '' else tgname::text end,
      case when tgisinternal then tgfoid::regproc || ' ' || tgtype::text else pg_get_triggerdef(t.oid) end || ' ' || tgenabled::text,
      null
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = $1::name::text::regnamespace
    union all
    select 'table', c.oid::regclass::text, c.oid::text,
      format('%s %s %s %s', relkind, relpersistence, relacl, relreplident), obj_description(c.oid, 'pg_class')
    from pg_class c where relkind in ('r', 'S', 'v') and relnamespace = $1::name::text::regnamespace
    order by 1, 2, 3, 4`,
    [`"${schema.replaceAll('"', '""')}"`],
  );
}
