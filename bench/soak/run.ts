// The service under a stated load for a long time: does its memory stay flat?

import { parseArgs } from "node:util";
import type pg from "pg";
import { describeEnvironment } from "../support/environment.ts";
import { count, serverOptions, settings } from "../support/options.ts";
import { describeInMarkdown, resultsFolder, writeResults } from "../support/results.ts";
import { type BenchDatabase, withBenchDatabase } from "../support/server.ts";
import { showNumber } from "../support/statistics.ts";
import { startServiceProcess } from "./child.ts";
import { type Pushed, push } from "./push.ts";
import { errorLines, latencyTable, memoryTable, otherTable } from "./summary.ts";
import { type Asked, ask, type Sample, sample } from "./watch.ts";

const soakOptions = {
  ...serverOptions,
  minutes: { type: "string" },
  rate: { type: "string" },
  records: { type: "string" },
  keys: { type: "string" },
  seconds: { type: "string" },
  port: { type: "string" },
} as const;

interface Plan {
  minutes: number;
  /** Records a second, all stores together. */
  rate: number;
  /** Of a body. */
  records: number;
  /** Different records a store has in the end. */
  keys: number;
  /** Between two samples. */
  seconds: number;
  port: number;
}

interface Outcome {
  pushed: Pushed;
  asked: Asked;
  samples: Sample[];
  elapsedMs: number;
  exitCode: number | null;
  /** Records in all stores. */
  stored: number;
}

/** @param args after `soak` on the command line */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: soakOptions });
  const plan = {
    minutes: minutesOf(values.minutes),
    rate: count("rate", values.rate, 1000),
    records: count("records", values.records, 250),
    keys: count("keys", values.keys, 50_000),
    seconds: count("seconds", values.seconds, 5),
    port: values.port === undefined ? 0 : count("port", values.port, 0),
  };
  const server = { dsn: values.dsn, server: values.server, settings: settings(values.set) };
  await withBenchDatabase(server, async (database) => {
    const observer = await database.connect();
    const environment = await describeEnvironment(observer, ["pg", "fastify"]);
    const outcome = await soak(database, observer, plan);
    await observer.end();
    const name = values.name ?? "soak";
    const markdown = [describe(plan, outcome), describeInMarkdown(environment)].join("\n\n");
    const results = { name, plan, environment, ...shorten(outcome) };
    await writeResults({ folder: values.out ?? resultsFolder, name }, results, `${markdown}\n`);
    const errors = { ...outcome.pushed.errors, ...outcome.asked.errors };
    const isGood = outcome.exitCode === 0 && outcome.stored === outcome.pushed.inserted;
    if (Object.keys(errors).length > 0 || !isGood) process.exitCode = 1;
  });
}

/** Parts of a minute show that it runs at all. */
function minutesOf(text = "30"): number {
  const minutes = Number(text);
  if (minutes > 0 && Number.isFinite(minutes)) return minutes;
  throw new Error(`--minutes is a number above 0, not ${text}.`);
}

async function soak(
  { dsn }: BenchDatabase,
  observer: pg.Client,
  { minutes, rate, records, keys, seconds, port }: Plan,
): Promise<Outcome> {
  const service = await startServiceProcess(dsn, port);
  console.log(`The service listens on ${service.url}.`);
  const startMs = performance.now();
  const untilMs = startMs + minutes * 60_000;
  const { url } = service;
  try {
    const [pushed, asked, samples] = await Promise.all([
      push({ url, rate, records, keys, untilMs }),
      ask(url, untilMs),
      sample({ service, observer, everyMs: seconds * 1000, untilMs }),
    ]);
    const elapsedMs = performance.now() - startMs;
    const exitCode = await service.stop();
    return { pushed, asked, samples, elapsedMs, exitCode, stored: await countStored(observer) };
  } finally {
    await service.stop();
  }
}

async function countStored(observer: pg.Client): Promise<number> {
  const { rows } = await observer.query<{ stored: number }>(`
    select ((select count(*) from nodes where parent is not null) + (select count(*) from memory.memory_entries)
      + (select count(*) from simulation.update) + (select count(*) from library.file))::float8 as stored`);
  return rows[0]?.stored ?? Number.NaN;
}

function describe(plan: Plan, { pushed, asked, samples, elapsedMs, exitCode, stored }: Outcome): string {
  const { minutes, rate, records, keys } = plan;
  const done = showNumber((pushed.records * 1000) / elapsedMs);
  const title = `# Soak of the service, ${minutes} ${minutes === 1 ? "minute" : "minutes"} at ${showNumber(rate)} records/s`;
  return [
    title,
    `Loads of ${records} records, one every ${showNumber((records * 1000) / rate)} ms, into the four stores in turn, whether or not the one before was ` +
      `answered; half of them gzip; all with a key. Each store has ${showNumber(keys)} different records in the end, so that loads insert first and update later. ` +
      "One load in 21 has a line that is no record, one in 25 is sent again, one in 41 breaks off in mid-body. Beside them somebody has the page " +
      "open, and searches. The service is compiled, a process of its own.",
    `${showNumber(pushed.requests)} loads sent, ${showNumber(pushed.records)} records read (${done} a second), ${pushed.rejects} rejects, ` +
      `${pushed.replayed} answered again, ${pushed.cut} broken off; ${showNumber(asked.requests)} other requests, ` +
      `${showNumber(asked.eventBytes / 1e6, 1)} MB of events. Told to stop, it ended with ${exitCode}.`,
    `Told as inserted: ${showNumber(pushed.inserted)} records. Stored: ${showNumber(stored)}.`,
    errorLines(pushed, asked),
    memoryTable(samples),
    otherTable(samples),
    latencyTable(pushed, asked),
  ].join("\n\n");
}

/** Every latency would be megabytes. */
function shorten({ pushed, asked, ...rest }: Outcome): object {
  const { latenciesMs: _one, ...loads } = pushed;
  const { latenciesMs: _other, ...requests } = asked;
  return { ...rest, loads, requests };
}
