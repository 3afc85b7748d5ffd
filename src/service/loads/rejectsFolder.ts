// Where rejects are until their answer has them: one folder of each process, which a killed one leaves behind.

import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../errors.ts";

/** Then the id of the process, and what makes the name new. */
const start = "copycat-serve-";

/** Makes one, and removes those of processes that are gone. @param parent of all of them */
export async function makeRejectsFolder(parent: string): Promise<string> {
  for (const name of await readdir(parent)) {
    const [, id] = /^copycat-serve-(\d+)-/.exec(name) ?? [];
    if (id === undefined || isAlive(Number(id))) continue;
    // Another user's stays.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(join(parent, `${start}${process.pid}-`));
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}
