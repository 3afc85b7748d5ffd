export { withCancel } from "./cancel.ts";
export { hiddenCatalogSql } from "./catalogSchema.ts";
export { type ConnectOptions, type Database, openDatabase } from "./connect.ts";
export {
  hasUnknownOutcome,
  noteConnectionLoss,
  noteUnknownOutcome,
  watchConnection,
} from "./connectionLoss.ts";
export { withClientCursor } from "./cursor.ts";
export { describeDsn } from "./describeDsn.ts";
export { chooseDatabase, type DatabaseChoice, embeddedFolderName } from "./dsn.ts";
export { distributedSchemaSettings, type Engine, isDistributedSchema } from "./engine.ts";
export { ensureEngineTables, readEngineTables } from "./engineTables.ts";
export {
  describeSession,
  describeSessions,
  listLockHolders,
  listTableUsers,
  listTurnHolders,
  listWaiters,
  type Questioner,
} from "./holders.ts";
export { checkIdentifier, longestNameBytes, quoteIdentifier, quoteLiteral } from "./identifiers.ts";
export { inspectServer, type ServerFacts, type ServerSetting } from "./inspectServer.ts";
export { isAway } from "./isAway.ts";
export { listMigrations, type MigrationSet, type MigrationState, migrateUp, ownSchema } from "./migrate.ts";
export { withPasswordFile } from "./passwordFile.ts";
export { queryPrepared, statementName } from "./preparedQuery.ts";
export { isRetryable, type Retry, type RetryOptions, retryReason, withRetry } from "./retry.ts";
export { isLockedSql, type LockName, SessionLock } from "./sessionLock.ts";
export {
  isConnectionFailure,
  isSqlState,
  retryableSqlStates,
  sqlState,
  wrapDatabaseError,
} from "./sqlstate.ts";
export { describeStandby, readStandby, type StandbyFacts } from "./standby.ts";
export { explainCommitError, withReading, withRollback, withTransaction } from "./transaction.ts";
export { watchWaits } from "./waits.ts";
export { queryWithRefusal } from "./workerRefusal.ts";
