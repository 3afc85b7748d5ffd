// One move at a time at each server: two that went opposite ways would each hold what the other one waits for, and no server
// could see it.

import { SessionLock } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { atTarget } from "./atTarget.ts";
import type { Place } from "./findPlaces.ts";

const moveLock = { classId: 7_266_840, key: "copycat move" };

/** @throws CopycatError CONFLICT when another move is going on at one of them */
export async function takeMoveLocks(pair: { source: Place; destination: Place }): Promise<SessionLock[]> {
  const locks: SessionLock[] = [];
  try {
    for (const place of [pair.source, pair.destination]) locks.push(await takeLock(place));
  } catch (error) {
    // A lock has a connection of its own, which nobody else would end.
    for (const taken of locks) await taken.release();
    throw error;
  }
  return locks;
}

async function takeLock({ database, target }: Place): Promise<SessionLock> {
  let lock: SessionLock | null;
  try {
    lock = await SessionLock.take(database, moveLock);
  } catch (error) {
    throw atTarget(target, error);
  }
  if (lock !== null) return lock;
  throw new CopycatError(
    "CONFLICT",
    `Another move is going on at ${target.name}. Let it finish, and run the same command again. Nothing was changed.`,
  );
}
