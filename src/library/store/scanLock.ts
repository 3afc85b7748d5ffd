// One scan of a library at a time: two would each find the other's files missing or new.

import { SessionLock } from "../../database/index.ts";
import { type Log, silentLog } from "../../log.ts";
import type { LibraryScope } from "./tables.ts";

/** Ours among the advisory locks with two keys. */
const classId = 1_280_000_001;

export async function withScanLock<Result>(
  { database, tables, libraryId }: LibraryScope,
  work: () => Promise<Result>,
  { name, log = silentLog, signal }: { name: string; log?: Log; signal?: AbortSignal | undefined },
): Promise<Result> {
  const key = { classId, key: `${tables.schema} ${libraryId}` };
  let lock = await SessionLock.take(database, key);
  if (lock === null) {
    log.notice(`Another scan of the library "${name}" is running; waiting for it to end.`);
    lock = await SessionLock.wait(database, key, signal);
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
