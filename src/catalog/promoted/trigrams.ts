// pg_trgm: what an index needs to serve LIKE with a wildcard at the start.

import type { Database } from "../../database/index.ts";
import { errorMessage } from "../../errors.ts";

const schemaSql = `\
select quote_ident(n.nspname) as schema
from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace join pg_am a on a.oid = o.opcmethod
where o.opcname = 'gin_trgm_ops' and a.amname = 'gin'`;

/** Quoted schema of the operator classes; installs the extension where that is allowed. Null, and a notice, where not. */
export async function findTrigrams(
  database: Database,
  onNotice: (message: string) => void = () => undefined,
): Promise<string | null> {
  const find = async (): Promise<string | null> =>
    (await database.pool.query<{ schema: string }>(schemaSql)).rows[0]?.schema ?? null;
  const schema = await find();
  if (schema !== null) return schema;
  try {
    await database.pool.query("create extension if not exists pg_trgm");
  } catch (error) {
    onNotice(
      `No index for like and contains: the extension pg_trgm cannot be had (${errorMessage(error)}). Let an ` +
        "administrator run `create extension pg_trgm`, then add the key again.",
    );
    return null;
  }
  return find();
}
