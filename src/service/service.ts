// What all routes share, and the life of the service: it listens, works, and ends in order.

import { once } from "node:events";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { ensureCatalog } from "../catalog/index.ts";
import { type Database, ensureEngineTables } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { aside, setting, words } from "../wording.ts";
import { makeApp } from "./app.ts";
import { OneCatalog } from "./catalogs/oneCatalog.ts";
import type { Catalogs } from "./catalogs/types.ts";
import { KeyRing, keyTable } from "./keys.ts";
import { Limit } from "./limit.ts";
import { Monitor } from "./loads/monitor.ts";
import { makeRejectsFolder } from "./loads/rejectsFolder.ts";
import { isLoopback } from "./loopback.ts";
import { Metrics } from "./metrics.ts";
import { LoadQueues } from "./queue.ts";
import { fillSettings, type ServiceOptions, type ServiceSettings } from "./settings.ts";

export interface Service {
  /** Of the keys, and of all stores but catalogs. */
  readonly database: Database;
  readonly catalogs: Catalogs;
  readonly settings: ServiceSettings;
  readonly keys: KeyRing;
  readonly queues: LoadQueues;
  /** Requests with keys of their own hold a lock each, on a connection each beside the pool's. */
  readonly keyed: Limit;
  readonly monitor: Monitor;
  readonly metrics: Metrics;
  /** Where rejects are until the answer has them. */
  readonly rejectsFolder: string;
  /** Ends all loads. */
  readonly abort: AbortController;
  isClosing: boolean;
}

export interface RunningService {
  /** With the port that it got. */
  readonly url: string;
  readonly app: FastifyInstance;
  /** Whether it answers without a key, and then only to this machine. */
  readonly isOpen: boolean;
  /** Takes no more, finishes what runs within `graceMs`, then rolls it back. `now` ends the waiting. */
  stop(graceMs: number, now?: AbortSignal): Promise<void>;
}

/**
 * Starts the service on a database, whose catalog and tables are made where they are not there.
 *
 * @throws CopycatError USAGE when others than this machine could reach it and there is no key that works; what `ensureCatalog` throws
 *
 * @example
 * const service = await startService(database, { port: 0, host: "127.0.0.1" });
 * await fetch(`${service.url}/healthz`);
 * await service.stop(30_000);
 */
export async function startService(
  database: Database,
  options: ServiceOptions = {},
): Promise<RunningService> {
  await prepare(database);
  return start(options, {
    database,
    catalogs: new OneCatalog(database, options.reads ?? database),
    keys: new KeyRing(database),
    places: 1,
  });
}

/** Makes the catalog and the tables of the service. */
export async function prepare(database: Database): Promise<void> {
  await ensureCatalog(database);
  await ensureEngineTables(database, keyTable);
}

/** Requests that are answered already and come again, beside those of loads. */
const replays = 4;

/** @param places how many databases node records go to */
export async function start(
  { log, ...options }: ServiceOptions,
  { database, catalogs, keys, places }: Pick<Service, "database" | "catalogs" | "keys"> & { places: number },
): Promise<RunningService> {
  const settings = fillSettings(options);
  const { concurrentLoads: running, waitingLoads: waiting } = settings;
  const isOpen = await keys.isEmpty();
  if (!isLoopback(settings.host) && !(await keys.hasWorking())) throw needsKey(settings.host);
  const queues = new LoadQueues({ running, waiting });
  const service: Service = {
    database,
    catalogs,
    settings,
    keys,
    queues,
    keyed: new Limit((running + waiting) * places + replays, "requests with keys are worked on"),
    monitor: new Monitor(),
    metrics: new Metrics(catalogs, queues),
    rejectsFolder: await makeRejectsFolder(tmpdir()),
    abort: new AbortController(),
    isClosing: false,
  };
  try {
    const app = await makeApp(service, log);
    const url = await app.listen({ host: settings.host, port: settings.port });
    return { url, app, isOpen, stop: (graceMs, now) => stop(service, app, { graceMs, now }) };
  } catch (error) {
    await rm(service.rejectsFolder, { recursive: true, force: true });
    throw explainListen(error, settings);
  }
}

async function stop(
  service: Service,
  app: FastifyInstance,
  { graceMs, now }: { graceMs: number; now: AbortSignal | undefined },
): Promise<void> {
  service.isClosing = true;
  service.queues.close();
  const over = new AbortController();
  const hurry = toldToHurry(graceMs, now, over.signal).then(
    () => endAll(service, app, over.signal),
    () => undefined,
  );
  // Waits for the answers that are under way.
  await app.close();
  over.abort();
  await hurry;
  await rm(service.rejectsFolder, { recursive: true, force: true });
}

/** Resolves once the grace is over, or at `now`. */
async function toldToHurry(
  graceMs: number,
  now: AbortSignal | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (now?.aborted === true) return;
  const told = now === undefined ? [] : [once(now, "abort", { signal })];
  await Promise.race([...told, setTimeout(graceMs, null, { signal })]);
}

/** So long who is answered has to take it, once all loads are told to end. */
const answerMs = 3000;

/** A head that never ends, or an answer that nobody reads, would keep the service for ever. */
async function endAll({ abort }: Service, { server }: FastifyInstance, over: AbortSignal): Promise<void> {
  abort.abort();
  await setTimeout(answerMs, null, { signal: over }).catch(() => undefined);
  server.closeAllConnections();
}

function needsKey(host: string): CopycatError {
  return new CopycatError(
    "USAGE",
    words(
      `On ${host} others can reach the service, and there is no key that works. Make one: copycat serve keys add NAME --scope write. ` +
        "Until the first is made it answers this machine without one",
      aside("host", "127.0.0.1"),
      ".",
    ),
  );
}

function explainListen(error: unknown, { host, port }: ServiceSettings): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const reasons: Record<string, string> = {
    EADDRINUSE: "something else listens there",
    EADDRNOTAVAIL: "this machine has no such address",
    EACCES: "this user may not",
  };
  const reason = typeof code === "string" ? reasons[code] : undefined;
  if (reason === undefined) return error;
  return new CopycatError(
    "USAGE",
    words(
      `Cannot listen on ${host}, port ${port}: ${reason}. Name another: `,
      setting("host"),
      ", ",
      setting("port"),
      ".",
    ),
    {
      cause: error,
    },
  );
}
