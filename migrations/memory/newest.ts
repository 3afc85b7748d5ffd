// Apart from the migrations, so that looking for pending ones does not load the library that writes schemas.

/** Name of the last migration of a memory store. */
export const newestMemoryMigration = "0003_trajectories";

/** Table, in the store's own schema, that says which were applied. */
export const memoryMigrationTable = "memory_migration";
