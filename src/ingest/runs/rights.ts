// What a role lacks for the record of runs, said as what to grant.

import { type Database, ownSchema, quoteIdentifier, sqlState } from "../../database/index.ts";
import { errorCode } from "../../errors.ts";
import { runTable } from "./sql.ts";

/** True when the role lacks a right, whatever wrapped the server's answer. */
export function isRefused(error: unknown): boolean {
  for (let link = error; link instanceof Error; link = link.cause) {
    if (errorCode(link) === sqlState.insufficientPrivilege) return true;
  }
  return false;
}

interface Rights {
  role: string;
  database: string;
  hasSchema: boolean;
  hasTable: boolean;
}

const rightsSql = `\
select current_user as role, current_database() as database,
  exists (select from pg_namespace where nspname = $1) as "hasSchema",
  exists (
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2
  ) as "hasTable"`;

/** A sentence that says what the role may not do, and the statements that would allow it. */
export async function explainUnrecorded(database: Database): Promise<string> {
  const [schema = ownSchema, table = ""] = runTable.split(".");
  const { rows } = await database.pool.query<Rights>(rightsSql, [schema, table]);
  const [{ role, database: name, hasSchema, hasTable } = nobody] = rows;
  const to = `to ${quoteIdentifier(role)};`;
  if (hasTable) {
    return (
      `${role} may not write ${runTable} in ${name}. Its owner can allow it: grant usage on schema ${schema} ${to} ` +
      `grant select, insert, update on all tables in schema ${schema} ${to}`
    );
  }
  if (hasSchema) {
    return (
      `${role} may not make ${runTable} in ${name}, where an older version made the schema ${schema}. ` +
      "Let the role that owns the schema run one ingest."
    );
  }
  return (
    `${role} may not create the schema ${schema} in ${name}. ` +
    `Its owner can allow it: grant create on database ${quoteIdentifier(name)} ${to}`
  );
}

const nobody: Rights = { role: "", database: "", hasSchema: false, hasTable: false };
