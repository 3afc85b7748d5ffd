// The commands that meet faults: every store, every way of a load. Each begins with a database cloned from a template.

import type { ClientPool } from "./client.ts";
import type { Inputs } from "./inputs.ts";
import type { Asked } from "./server.ts";
import { type Item, readItems, readSchema, type StoreName } from "./states.ts";

export interface Job {
  name: string;
  store: StoreName;
  /** Before --dsn. */
  args: readonly string[];
  /** What was done in the template, before. */
  prepared: readonly (readonly string[])[];
  /** Several transactions, which a fault may come between. */
  inParts: boolean;
  /** What goes into a transaction together is not the same each time: it depends on which file was read first. */
  partsVary: boolean;
  /** Threads read files for it. */
  readsFiles: boolean;
}

/** A job whose undisturbed course is known. */
export interface KnownJob extends Job {
  template: string;
  before: readonly Item[];
  after: readonly Item[];
  schemas: ReadonlySet<string>;
  elapsedMs: number;
}

export function makeJobs(inputs: Inputs): Job[] {
  const ingest = (input: string, ...more: string[]): string[] => ["ingest", input, "--workers", "1", ...more];
  const base = ["ingest", inputs.base];
  const memory = (file: string, ...more: string[]): string[] => [
    "memory",
    "load",
    file,
    "--kind",
    "entries",
    ...more,
  ];
  const simulation = ["simulation", "load", inputs.updates, "--scenario", "run"];
  const scan = ["library", "scan", inputs.music, "--workers", "1"];
  const job = (name: string, store: StoreName, args: string[], facts: Partial<Job> = {}): Job => ({
    name,
    store,
    args,
    prepared: [],
    inParts: args.includes("--commit-every") && !args.includes("0"),
    partsVary: store === "library",
    readsFiles: false,
    ...facts,
  });
  return [
    job("ingest into nothing", "catalog", ingest(inputs.other)),
    job("ingest offline", "catalog", ingest(inputs.other, "--mode", "offline"), { prepared: [base] }),
    job(
      "ingest online, disable",
      "catalog",
      ingest(inputs.other, "--mode", "online", "--triggers", "disable"),
      {
        prepared: [base],
      },
    ),
    job(
      "ingest online, replica",
      "catalog",
      ingest(inputs.other, "--mode", "online", "--triggers", "replica"),
      {
        prepared: [base],
      },
    ),
    job("ingest --on-conflict update", "catalog", ingest(inputs.changed, "--on-conflict", "update"), {
      prepared: [base],
    }),
    job("ingest --on-conflict skip", "catalog", ingest(inputs.changed, "--on-conflict", "skip"), {
      prepared: [base],
    }),
    job("ingest --commit-every", "catalog", ingest(inputs.other, "--commit-every", "150"), {
      prepared: [base],
    }),
    job("ingest of files", "catalog", ingest(inputs.yaml), { readsFiles: true }),
    job("ingest of files --commit-every", "catalog", ingest(inputs.yaml, "--commit-every", "70"), {
      prepared: [base],
      readsFiles: true,
    }),
    job("memory load into nothing", "memory", memory(inputs.entries, "--dimensions", "4")),
    job(
      "memory load --on-conflict update",
      "memory",
      memory(inputs.changedEntries, "--on-conflict", "update"),
      {
        prepared: [memory(inputs.entries, "--dimensions", "4")],
      },
    ),
    job("simulation load in parts", "simulation", [...simulation, "--commit-every", "40"]),
    job("simulation load in one", "simulation", [...simulation, "--commit-every", "0"]),
    job("library scan", "library", [...scan, "--commit-every", "0"], { readsFiles: true }),
    job("library scan --commit-every", "library", [...scan, "--commit-every", "40"], { readsFiles: true }),
  ];
}

/** Runs a job without any fault, in a database of its own: what comes of it is what must come of it after any fault. */
export async function learnJob(server: Asked, pool: ClientPool, job: Job, number: number): Promise<KnownJob> {
  const template = `template_${number}`;
  await server.ask("postgres", `create database ${template}`);
  for (const args of job.prepared) await runWell(server, pool, { args, database: template });
  await server.ask(template, freshSequencesSql);
  const database = `known_${number}`;
  await server.ask("postgres", `create database ${database} template ${template}`);
  const before = await readItems(server, database, job.store);
  const schemas = new Set([await readSchema(server, database)]);
  const elapsedMs = await runWell(server, pool, { args: job.args, database });
  const after = await readItems(server, database, job.store);
  schemas.add(await readSchema(server, database));
  await server.ask("postgres", `drop database ${database} with (force)`);
  return { ...job, template, before, after, schemas, elapsedMs };
}

/**
 * A sequence is ahead in the log by up to 32 ids, so that not each one is logged. A clone (create database, strategy wal_log)
 * takes over that it is, but not the log: after a crash its sequences would begin where the template's stood, with ids that
 * are taken. Set anew, they owe the log nothing.
 */
const freshSequencesSql = `
  select setval(format('%I.%I', schemaname, sequencename)::regclass, last_value) from pg_sequences where last_value is not null`;

async function runWell(
  server: Asked,
  pool: ClientPool,
  { args, database }: { args: readonly string[]; database: string },
): Promise<number> {
  const client = pool.take();
  const outcome = await client.run([...args, "--dsn", server.dsn(database)]);
  pool.giveBack(client);
  if (outcome.code !== 0) throw new Error(`${args.join(" ")} failed without a fault: ${outcome.stderr}`);
  return outcome.elapsedMs;
}
