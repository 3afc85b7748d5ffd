// What Prometheus is told.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Catalogs } from "./catalogs/types.ts";
import type { Outcomes } from "./loads/runLoad.ts";
import type { LoadQueues } from "./queue.ts";

/** From a batch of ten records to a million. */
const loadSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600];
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 180];

export class Metrics {
  readonly registry = new Registry();
  readonly #records = new Counter({
    name: "copycat_records_total",
    help: "Records of loads that are in, by what became of them; those of the catalog are nodes",
    labelNames: ["store", "outcome"] as const,
    registers: [this.registry],
  });
  readonly #loads = new Counter({
    name: "copycat_loads_total",
    help: "Loads that have ended",
    labelNames: ["store", "status"] as const,
    registers: [this.registry],
  });
  readonly #loadSeconds = new Histogram({
    name: "copycat_load_seconds",
    help: "Time of a load from its turn to its end",
    labelNames: ["store"] as const,
    buckets: loadSeconds,
    registers: [this.registry],
  });
  readonly #requests = new Histogram({
    name: "copycat_http_request_seconds",
    help: "Time of a request from its head to the end of its answer",
    labelNames: ["method", "route", "status"] as const,
    buckets: requestSeconds,
    registers: [this.registry],
  });
  readonly #bodyBytes = new Counter({
    name: "copycat_body_bytes_total",
    help: "Bytes of bodies, as sent and as unpacked",
    labelNames: ["form"] as const,
    registers: [this.registry],
  });

  constructor(catalogs: Catalogs, queue: LoadQueues) {
    const { registry } = this;
    collectDefaultMetrics({ register: registry });
    gauge(registry, "copycat_loads_running", "Loads that run", () => queue.running);
    gauge(registry, "copycat_loads_waiting", "Loads that wait for their turn", () => queue.waiting);
    const connections = new Gauge({
      name: "copycat_pool_connections",
      help: "Connections to the database, and queries that wait for one",
      labelNames: ["state"] as const,
      registers: [registry],
      collect: () => {
        const pools = catalogs.databases.map(({ pool }) => pool);
        connections.set({ state: "open" }, sum(pools.map(({ totalCount }) => totalCount)));
        connections.set({ state: "idle" }, sum(pools.map(({ idleCount }) => idleCount)));
        connections.set({ state: "awaited" }, sum(pools.map(({ waitingCount }) => waitingCount)));
      },
    });
  }

  /** @param outcomes `read`, which is their sum, is left out */
  countRecords(store: string, outcomes: Outcomes): void {
    for (const [outcome, count] of Object.entries(outcomes)) {
      if (outcome !== "read") this.#records.inc({ store, outcome }, count);
    }
  }

  /** @param elapsedMs null when its turn never came */
  countLoad(store: string, status: string, elapsedMs: number | null): void {
    this.#loads.inc({ store, status });
    if (elapsedMs !== null) this.#loadSeconds.observe({ store }, elapsedMs / 1000);
  }

  countBody(sent: number, unpacked: number): void {
    this.#bodyBytes.inc({ form: "sent" }, sent);
    this.#bodyBytes.inc({ form: "unpacked" }, unpacked);
  }

  countRequest(labels: { method: string; route: string; status: number }, elapsedMs: number): void {
    this.#requests.observe(labels, elapsedMs / 1000);
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(read()) });
}
