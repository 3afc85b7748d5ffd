// What a move has to tell besides: who writes to the dataset, and what of it does not move.

import {
  formatTarget,
  listPromotedKeys,
  listViews,
  type PromotedKey,
  type PromotedTarget,
} from "../catalog/index.ts";
import { describeSessions, listWaiters } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { listRuns } from "../ingest/index.ts";
import type { Place } from "./findPlaces.ts";
import type { DatasetCopy } from "./moveSteps.ts";

/** @throws CopycatError CONFLICT when an ingest fills the dataset: what it has not written yet would come to the old place */
export async function refuseRunning({ database, target }: Place, dataset: string): Promise<void> {
  const [run] = await listRuns(database, { dataset, status: "running", limit: 1 });
  if (run === undefined) return;
  throw new CopycatError(
    "CONFLICT",
    `The run ${run.id} is filling ${dataset} at ${target.name}, as process ${run.processId} on ${run.host}. Let it finish, or ` +
      "stop it, and run the same command again. Nothing was changed.",
  );
}

/**
 * A moment before the dataset is gone from where it was: who waits to write to that catalog does so right after. It may be
 * for this dataset, and then belongs to the new place.
 */
export async function listWriters({ client, key, place }: DatasetCopy): Promise<string[]> {
  const { database, target } = place;
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const waiting = await listWaiters(database.pool, rows[0]?.pid ?? 0);
  const runs = await listRuns(database, { dataset: key, status: "running", limit: 10 });
  const waits =
    `Another program waits to write to ${target.name}${describeSessions(waiting)}. If it is for ${key}, that comes to ` +
    `${target.name}, where ${key} is no more: stop it, and run it again with the targets file. ` +
    `\`copycat targets list\` shows whether ${key} is at both.`;
  return [
    ...(waiting.length > 0 ? [waits] : []),
    ...runs.map(
      ({ id, processId, host }) =>
        `The run ${id} (process ${processId} on ${host}) began to fill ${key} at ${target.name} meanwhile, and goes on ` +
        "there. Stop it, and run it again with the targets file.",
    ),
  ];
}

/** Commands for what is tied to the dataset at its old place, or helps there and is not at the new one. */
export async function listToMakeAgain(
  { source, destination }: { source: Place; destination: Place },
  dataset: string,
): Promise<string[]> {
  const isBelow = (path: string): boolean => path === `/${dataset}` || path.startsWith(`/${dataset}/`);
  const [keys, there] = [
    await listPromotedKeys(source.database),
    await listPromotedKeys(destination.database),
  ];
  const views = await listViews(source.database);
  const commands = keys.flatMap((key) => {
    if (key.dataset !== null) {
      if (!isBelow(key.dataset)) return [];
      const command = `${nameOf(key)} --dataset ${JSON.stringify(key.dataset)}`;
      return [at(destination, `index add ${command}`)];
    }
    const isThere = there.some((one) => one.dataset === null && nameOf(one) === nameOf(key));
    return isThere ? [] : [at(destination, `index add ${nameOf(key)}`)];
  });
  const viewCommands = views
    .filter((view) => isBelow(view.dataset))
    .flatMap(({ name, dataset: path }) => [
      at(destination, `view create ${JSON.stringify(path.slice(1))}`),
      at(source, `view drop ${JSON.stringify(name)}`),
    ]);
  return [...commands, ...viewCommands];
}

const at = ({ target }: Place, command: string): string => `at ${target.name}: copycat ${command}`;

function nameOf({ path, kinds }: PromotedKey): string {
  const target: PromotedTarget = path.length > 0 ? path : kinds[0] === "family" ? "family" : "specs";
  return typeof target === "string" ? `--${target}` : formatTarget(target);
}
