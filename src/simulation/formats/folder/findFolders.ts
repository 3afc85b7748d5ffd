// Where in a folder a simulation is: recognised by looking.

import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../../errors.ts";
import { isHidden, parseUpdateName } from "./names.ts";

export interface FolderPlaces {
  /** Files of initial datasets; null when there are none. */
  initialData: string | null;
  /** Files of updates; null when there are none. */
  updates: string | null;
}

export interface FolderOptions {
  /** Where the files of initial datasets are; default: `init_data` in the folder, or beside a folder `updates`. */
  initialData?: string;
  /** Where the files of updates are; default: `updates` in the folder, else the folder itself. */
  updates?: string;
  /** Of the names of updates, with the groups `timestamp`, `iteration` and `dataset`. */
  updatePattern?: RegExp;
}

/**
 * `init_data` and `updates` below a folder, or one that holds the files of updates itself.
 *
 * @throws CopycatError UNREADABLE_SOURCE when there is nothing of the kind
 */
export async function findFolders(path: string, options: FolderOptions = {}): Promise<FolderPlaces> {
  const entries = await listFolder(path);
  const has = (name: string): boolean => entries.some((entry) => entry.name === name && !entry.isFile());
  const holdsUpdates = entries.some(
    (entry) => !isHidden(entry.name) && parseUpdateName(entry.name, options.updatePattern) !== null,
  );
  const updates = options.updates ?? (has("updates") ? join(path, "updates") : holdsUpdates ? path : null);
  const initialData =
    options.initialData ?? (has("init_data") ? join(path, "init_data") : await besideUpdates(path, updates));
  if (updates !== null || initialData !== null) return { initialData, updates };
  const what = entries.length === 0 ? "is empty" : "holds no simulation";
  throw new CopycatError(
    "UNREADABLE_SOURCE",
    `${path} ${what}: expected the folders init_data and updates in it, or files t{timestamp}_{iteration}_{dataset}.json.`,
  );
}

/** Who names the folder `updates` of a simulation means the simulation. */
async function besideUpdates(path: string, updates: string | null): Promise<string | null> {
  const whole = resolve(path);
  if (updates !== path || basename(whole) !== "updates") return null;
  const beside = join(dirname(whole), "init_data");
  return (await readdir(beside).catch(() => null)) === null ? null : beside;
}

/** @throws CopycatError UNREADABLE_SOURCE */
export async function listFolder(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    const code = errorCode(error);
    const reason =
      code === "ENOENT"
        ? "it does not exist"
        : code === "ENOTDIR"
          ? "it is no folder"
          : errorMessage(error).replace(/\.$/, "");
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${path}: ${reason}.`, { cause: error });
  }
}
