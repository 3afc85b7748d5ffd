// The migrations of a simulation store, oldest first. Append-only: one that has been released is never edited.

import type { Migration } from "kysely";
import { scenarios } from "./0001_scenarios.ts";
import { initialDatasets } from "./0002_initial_datasets.ts";
import { updates } from "./0003_updates.ts";
import { snapshots } from "./0004_snapshots.ts";
import { distribute } from "./0005_distribute.ts";
import type { SimulationMigrationOptions } from "./options.ts";

export type { SimulationMigrationOptions } from "./options.ts";

export function simulationMigrations(options: SimulationMigrationOptions): Record<string, Migration> {
  return {
    "0001_scenarios": scenarios(options),
    "0002_initial_datasets": initialDatasets(options),
    "0003_updates": updates(options),
    "0004_snapshots": snapshots(options),
    ...(options.isDistributed ? { "0005_distribute": distribute(options) } : {}),
  };
}
