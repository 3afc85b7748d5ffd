// One move at a time at each server: two that went opposite ways would each hold what the other one waits for, and no server
// could see it.

import { SessionLock } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import type { Place } from "./findPlaces.ts";

const moveLock = { classId: 7_266_840, key: "copycat move" };

/** @throws CopycatError CONFLICT when another move is going on at one of them */
export async function takeMoveLocks(pair: { source: Place; destination: Place }): Promise<SessionLock[]> {
  const locks: SessionLock[] = [];
  for (const { database, target } of [pair.source, pair.destination]) {
    const lock = await SessionLock.take(database, moveLock);
    if (lock !== null) {
      locks.push(lock);
      continue;
    }
    for (const taken of locks) await taken.release();
    throw new CopycatError(
      "CONFLICT",
      `Another move is going on at ${target.name}. Let it finish, and run the same command again. Nothing was changed.`,
    );
  }
  return locks;
}
