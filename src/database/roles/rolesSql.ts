// The script that gives each kind of user a role with no more rights than its work needs.

import { CopycatError } from "../../errors.ts";
import { checkIdentifier, quoteLiteral } from "../identifiers.ts";

export interface RoleNames {
  /** Owns the tables: migrations, offline loads, indexes, views. */
  owner: string;
  /** Puts rows in and takes them out. */
  writer: string;
  /** Reads everything, writes nothing. */
  reader: string;
  /** The Tiled server's: reads and writes the catalog, and sees nothing else. */
  tiled: string;
}

export interface RoleSchemas {
  /** Schema of Tiled's tables. */
  catalog: string;
  /** Schemas that hold nothing but ours; those that are missing are made. */
  stores: readonly string[];
}

/**
 * SQL that makes the roles where they are missing, hands tables that are there to the owner, and sets the rights of all
 * four, those on future tables included. Run again, it changes what has changed. One transaction; for PostgreSQL 14 to 18.
 *
 * Whoever runs it owns the database and may make roles (CREATEROLE). A superuser is needed for nothing but the right of the
 * writer to pass over triggers; where it cannot be given, the script says so and gives all the rest.
 *
 * @throws CopycatError USAGE when two roles have one name, or a name is none
 */
export function rolesSql(roles: RoleNames, schemas: RoleSchemas): string {
  checkNames(roles);
  for (const schema of [schemas.catalog, ...schemas.stores]) checkIdentifier(schema, "The name of a schema");
  const all = [schemas.catalog, ...schemas.stores].map(quoteLiteral).join(", ");
  const values = {
    owner: quoteLiteral(roles.owner),
    writer: quoteLiteral(roles.writer),
    reader: quoteLiteral(roles.reader),
    tiled: quoteLiteral(roles.tiled),
    catalog: quoteLiteral(schemas.catalog),
    schemas: `array[${all}]`,
  };
  return parts.map((part) => fill(part, values)).join("\n");
}

function checkNames(roles: RoleNames): void {
  const names = Object.values(roles);
  for (const name of names) {
    checkIdentifier(name, "The name of a role");
    if (name === "public" || name === "none" || name.startsWith("pg_")) {
      throw new CopycatError(
        "USAGE",
        `"${name}" is a name that PostgreSQL keeps for itself; take another one.`,
      );
    }
  }
  if (new Set(names).size < names.length) {
    throw new CopycatError("USAGE", "Two of the roles have the same name; each needs one of its own.");
  }
}

/** A block of PL/pgSQL; its quotes are a word that none of the names holds. */
function fill(part: string, values: Readonly<Record<string, string>>): string {
  const body = part.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
  let tag = "$copycat$";
  for (let number = 2; body.includes(tag); number++) tag = `$copycat${number}$`;
  const [comment = "", ...code] = body.split("\n");
  return `${comment}\ndo ${tag}\n${code.join("\n")}${tag};\n`;
}

const rolesPart = `\
-- The roles. None has a password yet: give each one (\\password NAME), or another way in (pg_hba.conf).
declare
  name text;
begin
  foreach name in array array[{owner}, {writer}, {reader}, {tiled}] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I login', name);
    end if;
  end loop;
  -- Only a member of the owner can give it what is there, and say what becomes of what it will make.
  if not pg_has_role(current_user, {owner}, 'usage') then
    execute format('grant %I to %I', {owner}, current_user);
  end if;
end
`;

const schemasPart = `\
-- The database and the schemas. Only the owner makes tables; Tiled's role sees the catalog alone.
declare
  name text;
begin
  execute format('grant connect, create, temporary on database %I to %I', current_database(), {owner});
  execute format('grant connect, temporary on database %I to %I', current_database(), {writer});
  execute format('grant connect on database %I to %I, %I', current_database(), {reader}, {tiled});
  foreach name in array {schemas} loop
    if not exists (select from pg_namespace where nspname = name) then
      execute format('create schema %I', name);
    end if;
    if name <> {catalog} then
      execute format('alter schema %I owner to %I', name, {owner});
    end if;
    execute format('revoke create on schema %I from public', name);
    execute format('grant usage, create on schema %I to %I', name, {owner});
    execute format('grant usage on schema %I to %I, %I', name, {writer}, {reader});
    if name = {catalog} then
      execute format('grant usage on schema %I to %I', name, {tiled});
    end if;
  end loop;
  -- Tiled names no schema, so another than public is one that its role finds.
  if {catalog} <> 'public' then
    foreach name in array array[{owner}, {writer}, {reader}, {tiled}] loop
      execute format('alter role %I in database %I set search_path = %I, public', name, current_database(), {catalog});
    end loop;
  end if;
end
`;

const ownerPart = `\
-- What is there goes to the owner: in the catalog's schema, which others may share, what belongs to the role that has the nodes.
declare
  item record;
  former oid := (select relowner from pg_class where oid = to_regclass(format('%I.nodes', {catalog})));
begin
  for item in
    select case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
      c.oid::regclass::text as name, n.nspname as schema, c.relowner as owner
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any ({schemas}) and c.relkind in ('r', 'p', 'v', 'm', 'S')
      -- The sequence of a column goes with its table, and what an extension made stays.
      and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i', 'e'))
    union all
    select 'function', p.oid::regprocedure::text, n.nspname, p.proowner
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any ({schemas}) and p.prokind = 'f'
      and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
    union all
    select 'type', format_type(t.oid, null), n.nspname, t.typowner
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname = any ({schemas}) and t.typtype = 'e'
      and not exists (select from pg_depend d where d.objid = t.oid and d.classid = 'pg_type'::regclass and d.deptype = 'e')
  loop
    if (item.schema <> {catalog} or item.owner = former) and pg_get_userbyid(item.owner) <> {owner} then
      execute format('alter %s %s owner to %I', item.kind, item.name, {owner});
    end if;
  end loop;
end
`;

const tablesPart = `\
-- Rights on what is there: the owner's tables, and no others. Which migrations were applied, and the keys of the service, are the owner's to write.
declare
  item record;
  rights text;
  maintain text := case when current_setting('server_version_num')::int >= 170000 then ', maintain' else '' end;
begin
  for item in
    select c.oid::regclass as name, c.relkind as kind, n.nspname as schema,
      c.relname in ('alembic_version', 'api_key') or c.relname like '%migration%' as is_owners
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any ({schemas}) and c.relkind in ('r', 'p', 'v', 'm', 'S') and pg_get_userbyid(c.relowner) = {owner}
  loop
    execute format('revoke all on %s from %I, %I, %I', item.name, {writer}, {reader}, {tiled});
    execute format('grant select on %s to %I, %I', item.name, {writer}, {reader});
    rights := case when item.kind = 'S' then 'usage, select, update' else 'select, insert, update, delete' end;
    if not item.is_owners then
      execute format('grant %s on %s to %I', rights || case when item.kind = 'S' then '' else maintain end, item.name, {writer});
    end if;
    if item.name::text = 'copycat.api_key' then
      execute format('revoke select on %s from %I', item.name, {reader});
    end if;
    if item.schema = {catalog} then
      execute format('grant %s on %s to %I', case when item.is_owners then 'select' else rights end, item.name, {tiled});
    end if;
  end loop;
end
`;

const futurePart = `\
-- Rights on what the owner will make.
declare
  name text;
  maintain text := case when current_setting('server_version_num')::int >= 170000 then ', maintain' else '' end;
begin
  foreach name in array {schemas} loop
    execute format('alter default privileges for role %I in schema %I grant select, insert, update, delete%s on tables to %I',
      {owner}, name, maintain, {writer});
    execute format('alter default privileges for role %I in schema %I grant usage, select, update on sequences to %I',
      {owner}, name, {writer});
    execute format('alter default privileges for role %I in schema %I grant select on tables to %I', {owner}, name, {reader});
    execute format('alter default privileges for role %I in schema %I grant select on sequences to %I', {owner}, name, {reader});
    if name = {catalog} then
      execute format('alter default privileges for role %I in schema %I grant select, insert, update, delete on tables to %I',
        {owner}, name, {tiled});
      execute format('alter default privileges for role %I in schema %I grant usage, select on sequences to %I',
        {owner}, name, {tiled});
    end if;
  end loop;
end
`;

const triggersPart = `\
-- An online load passes over the closure's trigger. The owner can; for the writer a superuser has to say so.
begin
  if current_setting('server_version_num')::int < 150000 then
    raise notice 'Before PostgreSQL 15 the right to pass over triggers cannot be given: % loads the stores, and only % loads the catalog.',
      {writer}, {owner};
  elsif not has_parameter_privilege({writer}, 'session_replication_role', 'set') then
    execute format('grant set on parameter session_replication_role to %I', {writer});
  end if;
exception when insufficient_privilege then
  raise notice 'Until a superuser runs: grant set on parameter session_replication_role to %; only % loads the catalog. All else is given.',
    quote_ident({writer}), {owner};
end
`;

const parts = [rolesPart, schemasPart, ownerPart, tablesPart, futurePart, triggersPart];
