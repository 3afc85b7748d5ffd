// What the service can be told.

import { resolve } from "node:path";
import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";

export interface ServiceSettings {
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Of a body, as sent and as unpacked. */
  maxBodyBytes: number;
  /** Loads at once. */
  concurrentLoads: number;
  /** Loads that wait for their turn. */
  waitingLoads: number;
  /** Requests a minute, of each key, or of each address where there is none. */
  requestsPerMinute: number;
  /** So long a body may stand still while it is waited for. */
  idleMs: number;
  /** So long a head may take. */
  headersMs: number;
  /** Streams of events at once. */
  eventStreams: number;
  /** So often a stream of events says that it lives. */
  heartbeatMs: number;
  /** Absolute folders that the files of records must lie below; null: anywhere. */
  roots: readonly string[] | null;
  logLevel: "info" | "warn";
}

export interface LogLine {
  write(line: string): void;
}

export interface ServiceOptions extends Partial<ServiceSettings> {
  /** For searches and lists, where statements may be given a limit and no load waits for a connection; default: the same. */
  reads?: Database;
  /** Where JSON lines of the log go; default: nowhere. */
  log?: LogLine;
}

export const defaultSettings: ServiceSettings = {
  host: "127.0.0.1",
  port: 8787,
  maxBodyBytes: 1024 ** 3,
  concurrentLoads: 1,
  waitingLoads: 8,
  requestsPerMinute: 600,
  idleMs: 30_000,
  headersMs: 10_000,
  eventStreams: 100,
  heartbeatMs: 15_000,
  roots: null,
  logLevel: "info",
};

/** @throws CopycatError USAGE */
export function fillSettings({ log: _log, reads: _reads, ...options }: ServiceOptions): ServiceSettings {
  const settings = { ...defaultSettings, ...options };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "number" && (!Number.isSafeInteger(value) || value < 0)) {
      throw new CopycatError("USAGE", `${name} is ${value}; it must be a whole number of at least 0.`);
    }
  }
  return { ...settings, roots: settings.roots?.map((root) => resolve(root)) ?? null };
}
