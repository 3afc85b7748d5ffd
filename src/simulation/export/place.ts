// Where an export goes: written beside it under another name, and put in its place when it is whole.

import { randomUUID } from "node:crypto";
import { link, lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { setting, words } from "../../wording.ts";

export interface Place {
  path: string;
  kind: "file" | "folder";
  /** Replace what is there. */
  force: boolean;
}

/** What a folder may hold that `force` replaces: nobody's home is taken for an export. */
const exportedFolders = new Set(["init_data", "updates"]);

/**
 * @param write makes the file or folder that it is told
 * @throws CopycatError CONFLICT when something is there; UNREADABLE_SOURCE when it cannot be written
 */
export async function writeInPlace<Result>(
  place: Place,
  write: (temporary: string) => Promise<Result>,
): Promise<Result> {
  await checkPlace(place);
  const path = resolve(place.path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const result = await write(temporary);
    await putInPlace(temporary, path, place);
    return result;
  } catch (error) {
    // What went wrong first is what is told.
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (error instanceof CopycatError) throw error;
    if (errorCode(error) === undefined) throw error;
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot write ${place.path}: ${errorMessage(error)}.`, {
      cause: error,
    });
  }
}

/** Also before much is read: what is in the way is said at once. */
export async function checkPlace({ path, kind, force }: Place): Promise<void> {
  const stats = await lstat(resolve(path)).catch(() => null);
  if (stats === null) return;
  if (!force) throw taken(path);
  if (kind === "folder" ? !stats.isDirectory() : !stats.isFile()) {
    // /dev/stdout is a link, and /dev/null a device: a rename would put a file in their place.
    const found = stats.isDirectory() ? "a folder" : stats.isFile() ? "a file" : "no plain file";
    throw new CopycatError(
      "CONFLICT",
      `${path} is ${found}, and a ${kind} was to be written; choose another name.`,
    );
  }
  if (kind === "file") return;
  const strangers = (await readdir(path)).filter((name) => !exportedFolders.has(name));
  if (strangers.length > 0) {
    throw new CopycatError(
      "CONFLICT",
      `${path} holds "${strangers[0]}", which is no part of an export: it is not replaced. Choose another folder.`,
    );
  }
}

async function putInPlace(temporary: string, path: string, { kind, force }: Place): Promise<void> {
  if (kind === "folder") return await putFolder(temporary, path, force);
  const file = await open(temporary, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  if (force) return await rename(temporary, path);
  try {
    // Unlike a rename, a link never replaces what has come there meanwhile.
    await link(temporary, path);
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw taken(path);
    // File systems without hard links.
    return await rename(temporary, path);
  }
  await rm(temporary);
}

async function putFolder(temporary: string, path: string, force: boolean): Promise<void> {
  if (!force) return await rename(temporary, path);
  const old = `${temporary}.old`;
  const wasThere = await rename(path, old).then(
    () => true,
    () => false,
  );
  try {
    await rename(temporary, path);
  } catch (error) {
    if (wasThere) await rename(old, path);
    throw error;
  }
  if (wasThere) await rm(old, { recursive: true, force: true });
}

function taken(path: string): CopycatError {
  return new CopycatError(
    "CONFLICT",
    words(`${path} is there already; `, setting("force", true), " replaces it."),
  );
}
