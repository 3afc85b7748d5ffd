// Indexes, unique constraints and foreign keys out of the way of a large load: dropped before it, made again after it
// from what the system catalogs say of them. Row by row they cost several times what they cost as a whole.

import type { ClientBase } from "pg";
import { errorCode } from "../errors.ts";
import { listAsideSql, tableOidsSql } from "./sql/listAside.ts";

export interface AsideTable {
  /** Qualified and quoted. */
  name: string;
  /** Whether the primary key may go, too. */
  primaryKey?: boolean;
}

/** Names are quoted, texts are literals: ready for SQL. */
export interface AsideObject {
  /** As pg_constraint.contype has it; `i` is an index of no constraint. */
  type: "p" | "u" | "x" | "f" | "i";
  table: string;
  name: string;
  definition: string;
  comment: string | null;
  indexName: string | null;
  indexComment: string | null;
  /** Empty: that of the database. */
  tablespace: string;
  /** The index's name without its schema, when CLUSTER goes by it. */
  clusterOn: string | null;
  /** Of the index, as ALTER INDEX takes them. */
  settings: readonly string[];
}

/**
 * Drops what can be made again, inside the caller's transaction, which has to hold the tables' locks: ACCESS EXCLUSIVE
 * is taken on each table and on those that its foreign keys refer to.
 *
 * @returns what was dropped, for `bringBack`
 * @throws the server's error, 42501 when the role does not own the tables
 */
export async function setAside(client: ClientBase, tables: readonly AsideTable[]): Promise<AsideObject[]> {
  const oids = await tableOids(client, tables);
  const droppable = oids.filter((_oid, index) => tables[index]?.primaryKey === true);
  const { rows: found } = await client.query<AsideObject>(listAsideSql, [oids, droppable]);
  const dropped: AsideObject[] = [];
  // Foreign keys first: they lean on the unique constraints of each other's tables.
  for (const object of found.toReversed()) {
    if (await drop(client, object)) dropped.unshift(object);
  }
  return dropped;
}

async function tableOids(client: ClientBase, tables: readonly AsideTable[]): Promise<string[]> {
  const { rows } = await client.query<{ oids: string[] }>(tableOidsSql, [tables.map(({ name }) => name)]);
  return rows[0]?.oids ?? [];
}

/** False when something else depends on it (2BP01), such as a view that groups by a primary key: then it stays. */
async function drop(client: ClientBase, { type, table, name }: AsideObject): Promise<boolean> {
  const statement = type === "i" ? `drop index ${name}` : `alter table ${table} drop constraint ${name}`;
  await client.query("savepoint copycat_aside");
  try {
    await client.query(statement);
  } catch (error) {
    await client.query("rollback to savepoint copycat_aside; release savepoint copycat_aside");
    if (errorCode(error) !== "2BP01") throw error;
    return false;
  }
  await client.query("release savepoint copycat_aside");
  return true;
}

/**
 * Makes again what `setAside` dropped, all rows checked at once. In its transaction, so that nobody ever sees the tables
 * without.
 *
 * @param onBuilt told of each one that stands again
 * @throws the server's error: 23505 or 23503 when the load brought rows that a constraint forbids
 */
export async function bringBack(
  client: ClientBase,
  objects: readonly AsideObject[],
  onBuilt: (object: AsideObject) => void = () => undefined,
): Promise<void> {
  for (const object of objects) {
    for (const statement of makeStatements(object)) await client.query(statement);
    onBuilt(object);
  }
}

/** All that makes the object what it was. One message each: of several, Citus sends its workers all with each (42601). */
function makeStatements(object: AsideObject): string[] {
  const { type, table, name, definition, comment, indexName, indexComment } = object;
  // A role may have a default_tablespace of its own.
  const statements = [
    `set local default_tablespace = ${object.tablespace === "" ? "''" : object.tablespace}`,
  ];
  statements.push(type === "i" ? definition : `alter table ${table} add constraint ${name} ${definition}`);
  if (comment !== null) statements.push(`comment on constraint ${name} on ${table} is ${comment}`);
  if (indexName === null) return statements;
  if (indexComment !== null) statements.push(`comment on index ${indexName} is ${indexComment}`);
  for (const setting of object.settings) statements.push(`alter index ${indexName} ${setting}`);
  if (object.clusterOn !== null) statements.push(`alter table ${table} cluster on ${object.clusterOn}`);
  return statements;
}
