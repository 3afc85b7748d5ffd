export { withCancel } from "./cancel.ts";
export { type ConnectOptions, type Database, describeDsn, openDatabase } from "./connect.ts";
export { withClientCursor } from "./cursor.ts";
export { chooseDatabase, type DatabaseChoice, embeddedFolderName } from "./dsn.ts";
export { quoteIdentifier } from "./identifiers.ts";
export { listMigrations, type MigrationState, migrateUp, ownSchema } from "./migrate.ts";
export { isConnectionFailure, sqlState, wrapDatabaseError } from "./sqlstate.ts";
export { withRollback, withTransaction } from "./transaction.ts";
