// The service on the servers of a targets file.

import type { ConnectOptions } from "../database/index.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import {
  atTarget,
  homeOf,
  LiveTargets,
  type OpenedTarget,
  type Target,
  type Targets,
} from "../targets/index.ts";
import { TargetCatalogs } from "./catalogs/targetCatalogs.ts";
import { KeyRing } from "./keys.ts";
import { prepare, type RunningService, start } from "./service.ts";
import { fillSettings, type ServiceOptions } from "./settings.ts";

export interface TargetsServiceOptions extends Omit<ServiceOptions, "reads"> {
  /** What connections of loads are like. */
  connect?: Omit<ConnectOptions, "dsn">;
  /** What connections of searches and lists are like, to each target beside those. */
  connectReads?: Omit<ConnectOptions, "dsn">;
  /** Told which targets do not answer at the start; later the log is told. */
  onNotice?: (message: string) => void;
}

/**
 * Starts the service on several servers. Node records go to the target of their dataset, all of a body to one; searches and
 * lists are of all targets. The keys, and all stores but catalogs, are at the default target, or the first one where none is
 * default: it must answer at the start. Any other may be down, then and later, and fails what is for it.
 *
 * @throws CopycatError as `startService`; CONNECTION when the default target does not answer; USAGE when two targets are the
 * same catalog
 *
 * @example
 * const service = await startTargetsService(await readTargets("targets.yaml"), { port: 0 });
 * await fetch(`${service.url}/v1/search?where=Ja_meV > 0.5`);
 * await service.stop(30_000);
 */
export async function startTargetsService(
  targets: Targets,
  { connect = {}, connectReads = connect, onNotice, ...options }: TargetsServiceOptions = {},
): Promise<RunningService> {
  const { concurrentLoads, waitingLoads } = fillSettings(options);
  let tell = onNotice;
  const loads = new LiveTargets(targets, {
    connect,
    onOpen: prepare,
    onNotice: (message) => tell?.(message),
  });
  const reads = new LiveTargets(targets, { connect: connectReads, onOpen: prepare });
  const close = async (): Promise<void> => {
    await Promise.all([loads.close(), reads.close()]);
  };
  try {
    const home = homeOf(targets);
    tellDown(await loads.look(), home, onNotice);
    const database = await loads.open(home);
    const places = targets.list.length;
    const service = await start(options, {
      database,
      catalogs: new TargetCatalogs(loads, reads, (concurrentLoads + waitingLoads) * places),
      keys: new KeyRing(database, { outlives: true }),
      places,
    });
    // What comes later belongs among what else happens.
    tell = (message) => service.app.log.warn(message);
    return { ...service, stop: (graceMs, now) => service.stop(graceMs, now).finally(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws CopycatError what the default target failed with; USAGE, which no later answer would mend */
function tellDown(
  opened: readonly OpenedTarget[],
  home: Target,
  onNotice: TargetsServiceOptions["onNotice"],
): void {
  for (const { target, error } of opened) {
    if (error instanceof CopycatError && error.code === "USAGE") throw error;
    if (error !== null && target.name === home.name) throw atTarget(target, error);
  }
  for (const { target, error } of opened) {
    if (error === null) continue;
    onNotice?.(`${errorMessage(atTarget(target, error))} What is for it is refused until that is mended.`);
  }
}
