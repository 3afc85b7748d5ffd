// What each way has to do: store all updates, say how large that is, and answer two questions.

import type { SimulationUpdate } from "../../src/simulation/index.ts";

export type Updates = () => Generator<SimulationUpdate>;

export interface Way {
  write(updates: Updates): Promise<void>;
  /** On disk, after all is written. */
  bytes(): Promise<number>;
  /** Values of the three attributes of all entities at a moment. */
  state(timestamp: number): Promise<readonly ArrayLike<number>[]>;
  /** Sum of an attribute over all entities and times, so that all of it is read. */
  sumOverTime(attribute: string): Promise<number>;
  close(): Promise<void>;
}

export const wayNames = ["json", "sqlite", "sqliteFull", "each", "eachAsync", "streamed"] as const;
export type WayName = (typeof wayNames)[number];

export const labels: Record<WayName, string> = {
  json: "JSON files",
  sqlite: "SQLite (WAL, NORMAL), a commit an update",
  sqliteFull: "SQLite (WAL, FULL), a commit an update",
  each: "copycat, one by one",
  eachAsync: "copycat, one by one, synchronous_commit off",
  streamed: "copycat, streamed",
};
