// One input that is watched: which files it has now, and what is to be made of them.

import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { type DatasetDescription, readDatasetFile } from "../../manifest/index.ts";
import { globFilter, type ListedFile, listFiles } from "../listFiles.ts";
import { hdf5Name } from "../sources/folder.ts";
import { FileTable } from "./fileTable.ts";

/** What became of the description since the last look: `changed` was read again, an error leaves the last good one. */
export type Reload = "same" | "changed" | { error: unknown };

export class WatchedInput {
  /** Absolute. */
  readonly path: string;
  readonly files = new FileTable();
  /** Batches that failed since the last one that did not. */
  failures = 0;
  /** After a failure nothing is tried before, by the clock of this process. */
  retryAtMs = 0;
  /** Null for a folder. */
  description: DatasetDescription | null;
  /** Size and time of the description that was read last, good or bad. */
  #readStamp: string;
  #seenStamp: string;

  constructor(path: string, description: DatasetDescription | null, stamp: string) {
    this.path = path;
    this.description = description;
    this.#readStamp = stamp;
    this.#seenStamp = stamp;
  }

  list(): AsyncIterable<ListedFile> {
    if (this.description === null) return listFiles(this.path, (relativePath) => hdf5Name.test(relativePath));
    const { directory, filePattern } = this.description.data;
    return listFiles(directory, globFilter(filePattern));
  }

  /** Reads a description that has changed, at the second look that finds it so: an editor may be saving it. */
  async reload(): Promise<Reload> {
    if (this.description === null) return "same";
    const stamp = await stampOf(this.path);
    const isSettled = stamp === this.#seenStamp;
    this.#seenStamp = stamp;
    if (stamp === this.#readStamp || !isSettled) return "same";
    this.#readStamp = stamp;
    try {
      this.description = await readListed(this.path);
    } catch (error) {
      return { error };
    }
    this.files.unmark();
    return "changed";
  }
}

/**
 * Opens an input for watching.
 *
 * @throws CopycatError as `openSource`; USAGE for what has no files to list
 */
export async function openWatchedInput(input: string): Promise<WatchedInput> {
  const path = resolve(input);
  const stats = await stat(path).catch((error: unknown) => {
    const because = errorCode(error) === "ENOENT" ? "it does not exist" : errorMessage(error);
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${input}: ${because}.`, { cause: error });
  });
  if (stats.isDirectory()) return new WatchedInput(path, null, "");
  if (![".yaml", ".yml"].includes(extname(path).toLowerCase())) {
    throw new CopycatError(
      "USAGE",
      `${input} cannot be watched: name a dataset YAML or a folder of HDF5 files.`,
    );
  }
  const stamp = await stampOf(path);
  return new WatchedInput(path, await readListed(path), stamp);
}

async function readListed(path: string): Promise<DatasetDescription> {
  const description = await readDatasetFile(path);
  if (description.tables === null) return description;
  throw new CopycatError(
    "USAGE",
    `${path} takes its files from tables, and there is no folder to watch. Ingest it whenever the tables have changed.`,
  );
}

/** Tells two states of a file apart; a file that is not there has one, too. */
async function stampOf(path: string): Promise<string> {
  const stats = await stat(path).catch(() => null);
  return stats === null ? "none" : `${stats.size} ${stats.mtimeMs} ${stats.ino}`;
}
