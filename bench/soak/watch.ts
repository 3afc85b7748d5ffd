// Samples of the service while it works, and what the page of somebody who watches asks for.

import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { ServiceProcess } from "./child.ts";

export interface Sample {
  /** Since the first load. */
  seconds: number;
  rssBytes: number;
  heapBytes: number;
  /** After the last full collection. */
  liveHeapBytes: number;
  externalBytes: number;
  /** Of the service to the database, as the server counts them. */
  connections: number;
  /** p99 since the last sample. */
  eventLoopLagMs: number;
  /** File descriptors and sockets. */
  handles: number;
}

export interface WatchOptions {
  service: Pick<ServiceProcess, "url" | "liveHeapBytes">;
  observer: pg.Client;
  everyMs: number;
  untilMs: number;
}

export async function sample({ service, observer, everyMs, untilMs }: WatchOptions): Promise<Sample[]> {
  const samples: Sample[] = [];
  const startMs = performance.now();
  while (performance.now() < untilMs) {
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)`, "m").exec(metrics)?.[1]);
    const { rows } = await observer.query<{ count: number }>(
      "select count(*)::int as count from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    samples.push({
      seconds: (performance.now() - startMs) / 1000,
      rssBytes: read("process_resident_memory_bytes"),
      liveHeapBytes: service.liveHeapBytes(),
      heapBytes: read("nodejs_heap_size_used_bytes"),
      externalBytes: read("nodejs_external_memory_bytes"),
      connections: rows[0]?.count ?? Number.NaN,
      eventLoopLagMs: read("nodejs_eventloop_lag_p99_seconds") * 1000,
      handles: read("process_open_fds"),
    });
    await sleep(everyMs);
  }
  return samples;
}

export interface Asked {
  requests: number;
  errors: Record<string, number>;
  latenciesMs: number[];
  /** Bytes of events that came. */
  eventBytes: number;
}

const questions = [
  { path: "/v1/status", everyMs: 2000 },
  { path: "/v1/runs?limit=30", everyMs: 5000 },
  { path: "/readyz", everyMs: 5000 },
  { path: "/v1/search?dataset=SOAK&where=p0%20%3E%200.5&limit=20", everyMs: 5000 },
];

/** One who has the page open, and searches. */
export async function ask(url: string, untilMs: number): Promise<Asked> {
  const asked: Asked = { requests: 0, errors: {}, latenciesMs: [], eventBytes: 0 };
  const over = new AbortController();
  const events = follow(url, asked, over.signal);
  await Promise.all(questions.map((question) => repeat(url, question, { asked, untilMs })));
  over.abort();
  await events;
  return asked;
}

async function repeat(
  url: string,
  { path, everyMs }: (typeof questions)[number],
  { asked, untilMs }: { asked: Asked; untilMs: number },
): Promise<void> {
  // The first load makes what is searched.
  await sleep(everyMs);
  while (performance.now() < untilMs) {
    const startMs = performance.now();
    const answer = await fetch(url + path);
    await answer.arrayBuffer();
    asked.requests += 1;
    asked.latenciesMs.push(performance.now() - startMs);
    if (!answer.ok)
      asked.errors[`${path}: ${answer.status}`] = (asked.errors[`${path}: ${answer.status}`] ?? 0) + 1;
    await sleep(everyMs);
  }
}

async function follow(url: string, asked: Asked, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(`${url}/v1/events`, { signal });
    for await (const part of body ?? []) asked.eventBytes += (part as Uint8Array).length;
    asked.errors["the stream of events ended"] = 1;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
