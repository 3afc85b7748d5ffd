// Apart from the migrations, so that looking for pending ones does not load the library that writes schemas.

/** Name of the last migration of a simulation store; that of one on Citus distributes it. */
export function newestSimulationMigration(isDistributed: boolean): string {
  return isDistributed ? "0005_distribute" : "0004_snapshots";
}

/** Table, in the store's own schema, that says which were applied. */
export const simulationMigrationTable = "simulation_migration";
