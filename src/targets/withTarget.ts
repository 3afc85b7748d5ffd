// One target, opened for some work.

import { type ConnectOptions, type Database, openDatabase } from "../database/index.ts";
import type { Target } from "./types.ts";

/** What connections to targets are like. */
export interface TargetConnections {
  connect?: Omit<ConnectOptions, "dsn">;
  /** Told of each that is opened; what it returns is called before it is closed. */
  onOpen?: (target: Target, database: Database) => () => void;
}

/** Opens a target for some work, and closes it again. */
export async function withTarget<Result>(
  target: Target,
  { connect, onOpen }: TargetConnections,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({ ...connect, dsn: target.dsn });
  const close = onOpen?.(target, database);
  try {
    return await work(database);
  } finally {
    close?.();
    await database.close();
  }
}
