// One fault from beginning to end: the job begins, the fault strikes, the world is put right, what is left is judged, and the
// same command again has to bring all of it in.

import { setTimeout as sleep } from "node:timers/promises";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { openDatabase } from "../../../src/database/index.ts";
import { listRuns } from "../../../src/ingest/runs/index.ts";
import { Client, type ClientPool, type Outcome } from "./client.ts";
import type { KnownJob } from "./jobs.ts";
import { lastWords, listMessageFaults, placeOf } from "./judge.ts";
import type { Fault, Kind, Scene } from "./kinds.ts";
import type { Asked, FaultServer } from "./server.ts";
import { type SmallDisks, tablespace } from "./smallDisk.ts";
import { listLeftovers, readItems, readSchema } from "./states.ts";

/** A server with what is needed to make faults on it; several work side by side. */
export interface Lane {
  server: FaultServer;
  pool: ClientPool;
  folder: string;
  disks: SmallDisks | null;
}

export interface Planned {
  index: number;
  kind: Kind;
  job: KnownJob;
  random: () => number;
}

export interface Verdict {
  index: number;
  kind: string;
  job: string;
  details: string;
  /** Where the fault left the store. */
  place: string;
  outcome: Outcome;
  words: string;
  /** What must not be; empty when all is well. */
  problems: string[];
}

interface Judged {
  index: number;
  kind: string;
  job: KnownJob;
}

export async function runFault(lane: Lane, planned: Planned): Promise<Verdict> {
  const { index, kind, job, random } = planned;
  const { server, pool, folder, disks } = lane;
  const database = `fault_${index}`;
  const where = kind.needs === "data disk" ? ` tablespace ${tablespace}` : "";
  await server.ask("postgres", `create database ${database} template ${job.template}${where}`);
  const client = kind.nodeOptions === undefined ? pool.take() : new Client(folder, kind.nodeOptions(random));
  await client.ready;
  const scene: Scene = { server, job, database, client, random, disks };
  const fault = await kind.make(scene);
  const outcome = await meet(scene, fault);
  if (fault.run === undefined && kind.nodeOptions === undefined) pool.giveBack(client);
  else client.end();
  const judged = await judge(server, { index, kind: kind.name, job }, outcome);
  const problems = [...judged.problems, ...(await runAgain(server, pool, { index, job }))];
  await server.ask("postgres", `drop database ${database} with (force)`);
  const { place } = judged;
  return {
    index,
    kind: kind.name,
    job: job.name,
    details: fault.details,
    place,
    outcome,
    words: lastWords(outcome),
    problems,
  };
}

async function meet(scene: Scene, fault: Fault): Promise<Outcome> {
  const { server, database, job, client } = scene;
  if (fault.setting !== undefined)
    await server.ask("postgres", `alter database ${database} set ${fault.setting}`);
  const running = client.run([...job.args, "--dsn", server.dsn(database, fault.port)], fault.run);
  await fault.strike?.(scene);
  const outcome = await running;
  await fault.heal?.(scene);
  if (fault.setting !== undefined) await server.ask("postgres", `alter database ${database} reset all`);
  return outcome;
}

/** @param kind of fault, by its name */
export async function judge(
  server: Asked,
  { index, kind, job }: Judged,
  outcome: Outcome,
): Promise<{ place: string; problems: string[] }> {
  const database = `fault_${index}`;
  const problems = await waitForQuiet(server, database);
  const place = placeOf(job, await readItems(server, database, job.store));
  const isKnown = place === "before" || place === "after" || place === "part";
  // Files whose reader died are rejects: told, and taken again by the next run.
  const hasRejects = outcome.code === 3 && kind === "reading thread out of memory";
  if (!isKnown && !hasRejects) problems.push(place);
  if (outcome.code === 0 && place !== "after")
    problems.push(`it said that all is in, and the store is as ${place}`);
  problems.push(...listMessageFaults(outcome, place), ...(await listUnsound(server, database, job)));
  const run = await lastRun(server, database, job);
  if (run === "running") problems.push("`copycat runs` calls a dead run running");
  if (run === "completed" && place !== "after" && !hasRejects)
    problems.push("`copycat runs` calls it completed");
  return { place: hasRejects ? "rejects" : place, problems };
}

/** Sessions of a client that is gone end soon; a server that rolls back large work would take longer. */
async function waitForQuiet(server: Asked, database: string): Promise<string[]> {
  const start = performance.now();
  for (;;) {
    const rows = await server.ask<{ query: string }>("postgres", sessionsSql, [database]);
    if (rows.length === 0) return [];
    if (performance.now() - start > 20_000) return [`a session stays: ${rows[0]?.query}`];
    await sleep(20);
  }
}

const sessionsSql = `
  select coalesce(application_name, '') || ' ' || coalesce(query, '') as query from pg_stat_activity
  where datname = $1 and backend_type = 'client backend' and application_name <> 'fault suite'`;

/** What is left behind, what `verify` finds, and whether indexes, keys and triggers are as they were. */
async function listUnsound(server: Asked, database: string, job: KnownJob): Promise<string[]> {
  const problems = (await listLeftovers(server, database)).map((what) => `left behind: ${what}`);
  if (!job.schemas.has(await readSchema(server, database)))
    problems.push("indexes, keys or triggers are not as they were");
  if (job.store !== "catalog") return problems;
  const [there] = await server.ask<{ is: boolean }>(
    database,
    "select to_regclass('public.nodes') is not null as is",
  );
  if (there?.is !== true) return problems;
  const opened = await openDatabase({ dsn: server.dsn(database), applicationName: "fault suite" });
  try {
    const { checks } = await verifyCatalog(opened);
    return [
      ...problems,
      ...checks.filter(({ ok }) => !ok).map(({ name, detail }) => `verify: ${name}: ${detail}`),
    ];
  } finally {
    await opened.close();
  }
}

/** What `copycat runs` says of the run that met the fault; undefined when it came to no run. */
async function lastRun(server: Asked, database: string, job: KnownJob): Promise<string | undefined> {
  const opened = await openDatabase({ dsn: server.dsn(database), applicationName: "fault suite" });
  try {
    const runs = await listRuns(opened);
    return runs.length > job.prepared.length ? runs[0]?.status : undefined;
  } finally {
    await opened.close();
  }
}

export async function runAgain(
  server: Asked,
  pool: ClientPool,
  { index, job }: Pick<Judged, "index" | "job">,
): Promise<string[]> {
  const database = `fault_${index}`;
  const client = pool.take();
  const outcome = await client.run([...job.args, "--dsn", server.dsn(database)]);
  pool.giveBack(client);
  if (outcome.code !== 0)
    return [`the same command again ends with ${outcome.code}: ${outcome.stderr.slice(-500)}`];
  const problems = await waitForQuiet(server, database);
  const place = placeOf(job, await readItems(server, database, job.store));
  if (place !== "after") problems.push(`after the same command again: ${place}`);
  return [...problems, ...(await listUnsound(server, database, job))];
}
