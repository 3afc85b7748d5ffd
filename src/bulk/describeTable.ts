// A description from the live table, for those who do not want to write one.

import type { ClientBase } from "pg";
import { quoteIdentifier } from "../database/identifiers.ts";
import { wrapDatabaseError } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { didYouMean } from "../suggest.ts";
import { readDefault } from "./defaultValue.ts";
import { inspectTable } from "./inspectTable.ts";
import type { LoadTarget } from "./inTransaction.ts";
import { defaultValuesSql, volatileDefaultsSql } from "./sql/defaults.ts";
import type { ColumnFacts, TableFacts } from "./tableFacts.ts";
import { parseTableName, type TableName } from "./tableName.ts";
import type { Column, TableDescription } from "./types.ts";
import { withClient } from "./withClient.ts";

export interface DescribeOptions
  extends Pick<
    Partial<TableDescription>,
    "conflictKey" | "updateColumns" | "touchColumns" | "addColumns" | "keepColumns"
  > {
  /** Columns to write, in this order. Default: all that a client may sensibly write, in the table's order. */
  columns?: readonly string[];
}

/**
 * Describes a table from the system catalogs.
 *
 * Columns that only the server should fill are left out unless `columns` names them: identity, and defaults that
 * differ from row to row (nextval, gen_random_uuid). Other defaults become data: constants, and what is the same for
 * a whole statement (`now()`, `current_user`), evaluated once, when this runs. So describe again for each load when
 * the time of the load matters. A NOT NULL column without a default is `required`.
 *
 * The conflict key is the primary key when all of it is written, else the only unique index of which that is true.
 * A table without one has an empty conflict key, with which only the policy `error` can be used.
 *
 * @example
 * const table = await describeTable(database, "public.samples", { addColumns: ["hits"] });
 * await bulkLoad(database, table, records, { policy: "update" });
 *
 * @throws CopycatError NOT_FOUND when there is no such table; USAGE with all mistakes in `details`: a column that is
 * not there, or that only the server writes, or several unique indexes to choose from; the server's refusal to
 * evaluate a default.
 */
export async function describeTable(
  db: LoadTarget,
  table: string | TableName,
  options: DescribeOptions = {},
): Promise<TableDescription> {
  const { schema, name } = typeof table === "string" ? parseTableName(table) : table;
  return withClient(db, async (client) => {
    const facts = await inspectTable(client, schema, name);
    const columns = await describeColumns(client, facts, options.columns);
    const { columns: _, conflictKey, ...lists } = options;
    const written = new Set(columns.map((column) => column.name));
    return { schema, name, columns, conflictKey: conflictKey ?? chooseKey(facts, written), ...lists };
  });
}

async function describeColumns(
  client: ClientBase,
  facts: TableFacts,
  names: readonly string[] | undefined,
): Promise<Column[]> {
  const perRow = await listVolatile(client, facts);
  const chosen = names === undefined ? facts.columns.filter(isWritable(perRow)) : pickColumns(facts, names);
  const evaluated = chosen.filter(({ name, defaultSql }) => defaultSql !== null && !perRow.has(name));
  const defaults = await evaluate(client, facts, evaluated);
  return chosen.flatMap((column): Column[] => {
    const { name, type, isNotNull } = column;
    const value = defaults.get(name);
    const described = { name, type: type.label };
    if (value !== undefined) return [{ ...described, default: value }];
    // NULL in place of a default that only the server can write would be something else.
    if (names === undefined && defaults.has(name)) return [];
    return [isNotNull ? { ...described, required: true } : described];
  });
}

function isWritable(perRow: ReadonlySet<string>): (column: ColumnFacts) => boolean {
  return ({ name, identity, isGenerated }) => identity === null && !isGenerated && !perRow.has(name);
}

async function listVolatile(client: ClientBase, facts: TableFacts): Promise<ReadonlySet<string>> {
  if (facts.columns.every(({ defaultSql }) => defaultSql === null)) return new Set();
  const { rows } = await client.query<TableName>(volatileDefaultsSql(), [facts.schema, facts.name]);
  return new Set(rows.map(({ name }) => name));
}

function pickColumns(facts: TableFacts, names: readonly string[]): ColumnFacts[] {
  const live = new Map(facts.columns.map((column) => [column.name, column]));
  const mistakes: string[] = [];
  const picked = [...new Set(names)].flatMap((name) => {
    const column = live.get(name);
    const refusal =
      column === undefined
        ? `is not in the table${didYouMean(name, live.keys())}`
        : column.isGenerated
          ? "is generated, so only the server writes it"
          : column.identity === "always"
            ? "is GENERATED ALWAYS AS IDENTITY, so only the server writes it"
            : null;
    if (refusal !== null) mistakes.push(`column ${quoteIdentifier(name)} ${refusal}`);
    return column ?? [];
  });
  if (mistakes.length === 0) return picked;
  const table = quoteIdentifier(facts.schema, facts.name);
  throw new CopycatError("USAGE", `Not all of these columns of ${table} can be written: ${mistakes[0]}.`, {
    details: mistakes,
  });
}

/** Values by column; undefined for one that is the server's to write. A default of NULL is none. */
async function evaluate(
  client: ClientBase,
  facts: TableFacts,
  columns: readonly ColumnFacts[],
): Promise<ReadonlyMap<string, unknown>> {
  if (columns.length === 0) return new Map();
  const expressions = columns.map(({ defaultSql, type }) => ({ sql: defaultSql ?? "null", type }));
  const { rows } = await client
    .query<Record<string, string | null>>(defaultValuesSql(expressions))
    .catch((error: unknown) => {
      const table = quoteIdentifier(facts.schema, facts.name);
      throw wrapDatabaseError(error, `A default of ${table} cannot be evaluated; name other columns`);
    });
  return new Map(
    columns.flatMap(({ name, type }, index) => {
      const text = rows[0]?.[`v${index}`] ?? null;
      return text === null ? [] : [[name, readDefault(text, type)] as const];
    }),
  );
}

function chooseKey(facts: TableFacts, written: ReadonlySet<string>): readonly string[] {
  const usable = facts.uniqueIndexes.filter(
    ({ unusable, columns }) => unusable === null && columns.every((name) => written.has(name)),
  );
  const primary = usable.find(({ isPrimary }) => isPrimary);
  if (primary !== undefined) return primary.columns;
  const keys = new Map(usable.map(({ columns }) => [JSON.stringify([...columns].sort()), columns]));
  if (keys.size > 1) {
    throw new CopycatError(
      "USAGE",
      `Several unique indexes of ${quoteIdentifier(facts.schema, facts.name)} could tell which rows are the same: choose a conflictKey.`,
      { details: usable.map(({ indexName, columns }) => `${indexName}: ${columns.join(", ")}`) },
    );
  }
  return [...keys.values()][0] ?? [];
}
