// Staging -> table, slice by slice. A refused slice is halved until the rows that are to blame stand alone.

import type { ClientBase, QueryResultRow } from "pg";
import { quoteIdentifier } from "../database/identifiers.ts";
import { defaultBatchRows } from "./batchSize.ts";
import { split } from "./copyBatch.ts";
import { joinByIndex } from "./joinByIndex.ts";
import type { LoadSession } from "./loadSession.ts";
import { isRowRefusal, serverReject } from "./rejects.ts";
import { listPlacesSql, stagedRecordsSql } from "./sql/mergeStaged.ts";
import type { Staging } from "./staging.ts";

export interface SliceWork<Counts> {
  /** The statement for a slice; $1 and $2 are its first place and the one after it. */
  text: string;
  /** Takes the one row that the statement gives. */
  onCounts: (counts: Counts) => void;
  /** Errors that end the load instead of being one row's. */
  rethrow?: (error: unknown) => unknown;
}

/** @returns places (ctid) in staging of the rows that the server refused; they are told to the session */
export async function mergeSlices<Counts extends QueryResultRow>(
  client: ClientBase,
  session: LoadSession,
  staging: Staging,
  work: SliceWork<Counts>,
): Promise<string[]> {
  const { signal, batchRows = defaultBatchRows } = session.options;
  const refused: string[] = [];

  const tryRange = async (from: string, to: string): Promise<{ error: unknown } | null> => {
    signal?.throwIfAborted();
    await client.query("savepoint copycat_slice");
    try {
      const { rows } = await client.query<Counts>(work.text, [from, to]);
      if (rows[0] !== undefined) work.onCounts(rows[0]);
    } catch (error) {
      if (!isRowRefusal(error)) throw error;
      const fatal = work.rethrow?.(error);
      if (fatal !== undefined) throw fatal;
      await client.query("rollback to savepoint copycat_slice; release savepoint copycat_slice");
      return { error };
    }
    await client.query("release savepoint copycat_slice");
    return null;
  };

  const bisect = async (places: readonly string[], end: string): Promise<void> => {
    const visit = async (from: number, to: number): Promise<void> => {
      for (const [first, last] of split(from, to)) {
        const range = [places[first] ?? end, places[last] ?? end] as const;
        const refusal = await tryRange(...range);
        if (refusal === null) continue;
        if (last - first > 1) await visit(first, last);
        else {
          refused.push(range[0]);
          await rejectRow(client, session, staging, range, refusal.error);
        }
      }
    };
    await visit(0, places.length);
  };

  const pages = await countPages(client, staging.table.staging);
  const step = Math.max(1, Math.ceil((pages * batchRows) / Math.max(1, staging.rows)));
  await joinByIndex(client, async () => {
    for (let first = 0; first < pages; first += step) {
      const [from, to] = [`(${first},0)`, `(${Math.min(first + step, pages)},0)`];
      if ((await tryRange(from, to)) !== null) await bisect(await listPlaces(client, staging, from, to), to);
      session.tell("merge", Math.round((staging.rows * Math.min(first + step, pages)) / pages), false);
    }
  });
  return refused;
}

async function countPages(client: ClientBase, staging: string): Promise<number> {
  const { rows } = await client.query<{ pages: number }>(
    "select (pg_relation_size($1::regclass) / current_setting('block_size')::int)::int as pages",
    [`pg_temp.${quoteIdentifier(staging)}`],
  );
  return rows[0]?.pages ?? 0;
}

async function listPlaces(client: ClientBase, staging: Staging, from: string, to: string): Promise<string[]> {
  const { rows } = await client.query<{ place: string }>(listPlacesSql(staging.table.staging), [from, to]);
  return rows.map(({ place }) => place);
}

async function rejectRow(
  client: ClientBase,
  session: LoadSession,
  staging: Staging,
  range: readonly [string, string],
  error: unknown,
): Promise<void> {
  const { rows } = await client.query<{ position: number; record: string }>(stagedRecordsSql(staging.table), [
    ...range,
  ]);
  for (const { position, record } of rows) await session.rejects.add(serverReject(error, position, record));
}
