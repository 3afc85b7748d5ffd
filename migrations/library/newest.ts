// Apart from the migrations, so that looking for pending ones does not load the library that writes schemas.

/** Name of the last migration of a library store. */
export const newestLibraryMigration = "0003_history";

/** Table, in the store's own schema, that says which were applied. */
export const libraryMigrationTable = "library_migration";
