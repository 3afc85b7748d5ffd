// Names of tables as people write them.

import { CopycatError } from "../errors.ts";

export interface TableName {
  schema: string;
  name: string;
}

const part = `"(?:[^"]|"")+"|[^".]+`;
const qualified = new RegExp(`^(?<schema>${part})\\.(?<name>${part})$`);

/**
 * Reads `schema.name`. Case is kept, quoted or not; quotes are for names with a dot or a quote in them.
 *
 * @example
 * parseTableName('public."odd.name"'); // { schema: "public", name: "odd.name" }
 *
 * @throws CopycatError USAGE when the schema is missing, or there are too many parts
 */
export function parseTableName(text: string): TableName {
  const groups = qualified.exec(text)?.groups;
  if (groups === undefined) {
    throw new CopycatError(
      "USAGE",
      `"${text}" is no name of a table. Write schema.table, as in public.samples.`,
    );
  }
  return { schema: unquote(groups.schema ?? ""), name: unquote(groups.name ?? "") };
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
