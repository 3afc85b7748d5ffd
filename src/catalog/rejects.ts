// Rejects that only the server can see.

import type { PoolClient } from "pg";
import { sqlState } from "../database/index.ts";
import { errorCode } from "../errors.ts";
import type { JsonText } from "../json.ts";
import { listRejectsSql } from "./sql/resolve.ts";
import { stagingName } from "./staging.ts";
import type { Reject } from "./types.ts";

/** Rows fetched at once, so that a million rejects do not fill the memory. */
const fetchRows = 500;

/** Hands out all server-side rejects in the order of the input; returns how many. */
export async function streamRejects(
  client: PoolClient,
  onReject: (reject: Reject) => void | Promise<void>,
): Promise<number> {
  await client.query(`declare copycat_rejects no scroll cursor for ${listRejectsSql}`);
  let count = 0;
  for (;;) {
    const { rows } = await client.query<Reject & { record: JsonText | null }>(
      `fetch ${fetchRows} from copycat_rejects`,
    );
    for (const reject of rows) await onReject(reject);
    count += rows.length;
    if (rows.length < fetchRows) break;
  }
  await client.query("close copycat_rejects");
  return count;
}

/** Tries the full-text index expression on rows that might be too large for it, under a savepoint each. */
export async function rejectOversized(client: PoolClient, ordinals: readonly number[]): Promise<void> {
  for (const ordinal of ordinals) {
    await client.query("savepoint copycat_oversized");
    try {
      await client.query(
        `select length(jsonb_to_tsvector('simple', metadata, '["string"]')) from ${stagingName} where ordinal = $1`,
        [ordinal],
      );
    } catch (error) {
      if (errorCode(error) !== sqlState.programLimitExceeded) throw error;
      await client.query("rollback to savepoint copycat_oversized");
      await client.query("insert into copycat_reject (ordinal, code, message) values ($1, $2, $3)", [
        ordinal,
        "metadata_too_long",
        "the metadata holds more than 1 MB of distinct words, which the full-text index cannot take; shorten it",
      ]);
    }
    await client.query("release savepoint copycat_oversized");
  }
}
