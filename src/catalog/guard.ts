// What keeps others and the triggers out of a merge, and lets them in again: the locks of an online and of an offline
// load. Taken when all is staged, never while files are read; all of it undoes itself when the transaction fails.

import { setTimeout as sleep } from "node:timers/promises";
import type { PoolClient } from "pg";
import {
  describeSessions,
  listTableUsers,
  queryWithRefusal,
  quoteIdentifier,
  sqlState,
} from "../database/index.ts";
import { CopycatError, errorCode } from "../errors.ts";
import { setting, words } from "../wording.ts";
import { strangersSql } from "./sql/strangers.ts";
import {
  associationTriggers,
  type CatalogNames,
  type CatalogTarget,
  closureTrigger,
  loadedTables,
  moveTrigger,
} from "./tables.ts";
import type { LoadOptions } from "./types.ts";

/** What stands around a merge; `release` before the commit. */
export interface Guard {
  triggers: "disable" | "replica";
  release(): Promise<void>;
}

type GuardOptions = Pick<LoadOptions, "triggers" | "onNotice" | "signal">;

/** SHARE ROW EXCLUSIVE on the nodes: readers go on, writers wait, so no node comes or goes while closure rows are made. */
export async function guardOnline(
  client: PoolClient,
  names: CatalogTarget,
  options: GuardOptions,
): Promise<Guard> {
  const { triggers = "auto" } = options;
  await lock(client, [names.nodes], "share row exclusive", options);
  if (triggers !== "disable" && (await becomeReplica(client, names, triggers === "replica"))) {
    return {
      triggers: "replica",
      release: async () => void (await client.query("set local session_replication_role = origin")),
    };
  }
  return disableTriggers(client, names);
}

/** ACCESS EXCLUSIVE on all that is filled: readers wait, too, since indexes and keys are dropped and made again. */
export async function guardOffline(
  client: PoolClient,
  names: CatalogNames,
  options: GuardOptions,
): Promise<Guard> {
  await lock(client, loadedTables(names), "access exclusive", options);
  return disableTriggers(client, names);
}

/** Between two tries for all locks. */
const pauseMs = 50;

/** Each of them has waited for deadlock_timeout, a second by default. */
const mostCrossed = 10;

/**
 * Waits for the first table with nothing in hand, and takes the others only if they are free: whoever waits for one lock
 * while holding another meets, sooner or later, somebody who does it the other way round.
 */
async function lock(
  client: PoolClient,
  tables: readonly string[],
  mode: string,
  { onNotice, signal }: GuardOptions,
): Promise<void> {
  const [first = "", ...others] = tables;
  let crossed = 0;
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    await client.query("savepoint copycat_lock");
    try {
      await queryWithRefusal(client, `lock table ${first} in ${mode} mode${tries === 0 ? " nowait" : ""}`);
      if (others.length > 0) {
        await queryWithRefusal(client, `lock table ${others.join(", ")} in ${mode} mode nowait`);
      }
      return;
    } catch (error) {
      const code = errorCode(error);
      // An index that is built beside others waits for this transaction, and steps back in a moment (promoted/indexTurn.ts).
      const isCrossed = code === sqlState.deadlockDetected && ++crossed < mostCrossed;
      if (code !== sqlState.lockNotAvailable && !isCrossed) throw explain(error, first);
    }
    await client.query("rollback to savepoint copycat_lock; release savepoint copycat_lock");
    if (tries === 0) {
      const isAll = mode === "access exclusive";
      const who = describeSessions(await listTableUsers(client, tables, isAll));
      onNotice?.(
        `Another program is ${isAll ? "using" : "writing to"} the catalog${who}; waiting for it to finish.`,
      );
    } else await sleep(pauseMs);
  }
}

/** Both undo themselves when the transaction ends any other way. */
async function disableTriggers(client: PoolClient, names: CatalogNames): Promise<Guard> {
  const targets = [
    [names.nodes, closureTrigger],
    ...associationTriggers.map((trigger) => [names.associations, trigger]),
  ].map(([table, trigger]) => ({ table: table ?? "", trigger: quoteIdentifier(trigger ?? "") }));
  const alter = async (verb: string): Promise<void> => {
    for (const { table, trigger } of targets) {
      try {
        await client.query(`alter table ${table} ${verb} trigger ${trigger}`);
      } catch (error) {
        throw explain(error, table, trigger);
      }
    }
  };
  await alter("disable");
  return { triggers: "disable", release: () => alter("enable") };
}

/**
 * False where the role may not, or where a trigger or a foreign key that is none of Tiled's would be passed over.
 *
 * @throws CopycatError PERMISSION or CATALOG_VERSION when it is wanted and cannot be had
 */
async function becomeReplica(client: PoolClient, names: CatalogNames, isWanted: boolean): Promise<boolean> {
  const known = [closureTrigger, moveTrigger, ...associationTriggers];
  const { rows } = await client.query<{ name: string }>(strangersSql, [loadedTables(names), known]);
  if (rows.length > 0) {
    if (!isWanted) return false;
    throw new CopycatError(
      "CATALOG_VERSION",
      words(
        `The catalog has triggers or foreign keys that Tiled did not make (${rows.map(({ name }) => name).join(", ")}), ` +
          "which this would pass over. Use ",
        setting("triggers", "disable"),
        ". Nothing was changed.",
      ),
    );
  }
  await client.query("savepoint copycat_replica");
  try {
    await queryWithRefusal(client, "set local session_replication_role = replica");
  } catch (error) {
    if (errorCode(error) !== sqlState.insufficientPrivilege) throw error;
    await client.query("rollback to savepoint copycat_replica");
    if (!isWanted) return false;
    throw new CopycatError(
      "PERMISSION",
      words(
        "This role may not set session_replication_role. Let a superuser run (PostgreSQL 15 and newer): " +
          "grant set on parameter session_replication_role to YOUR_ROLE. Or use ",
        setting("triggers", "disable"),
        ". Nothing was changed.",
      ),
      { cause: error },
    );
  }
  return true;
}

function explain(error: unknown, table: string, trigger?: string): unknown {
  if (errorCode(error) === sqlState.insufficientPrivilege) {
    return new CopycatError(
      "PERMISSION",
      `This role may not load into ${table}: it lacks the right to write there, or to pass over its triggers, which is the ` +
        "owner's. Connect as the role that owns the catalog, or let an administrator run `copycat roles --apply`. " +
        "Nothing was changed.",
      { cause: error },
    );
  }
  if (errorCode(error) === sqlState.undefinedObject) {
    return new CopycatError(
      "CATALOG_VERSION",
      `${table} has no trigger ${trigger}, so this is not a catalog as Tiled makes it. Nothing was changed.`,
      { cause: error },
    );
  }
  return error;
}
