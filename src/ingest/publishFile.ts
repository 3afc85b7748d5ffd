// One HDF5 file that a program has written, put into the catalog under a key; the next time it is renewed.

import { resolve } from "node:path";
import { deleteTrees, getNode, listArraysOfOtherFiles, type NodeDetails } from "../catalog/index.ts";
import { type Database, withTransaction } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { openHdf5Reader } from "../hdf5/index.ts";
import { checkKey, fileUri } from "../manifest/index.ts";
import { ingestSources } from "./ingest.ts";
import { openFileSource } from "./sources/folder.ts";
import type { IngestOptions, IngestReport } from "./types.ts";

export interface PublishOptions extends Pick<IngestOptions, "signal" | "onProgress" | "log" | "rejectsFile"> {
  /** Of the container at the top of the catalog. */
  key: string;
  /** An attribute of the file's root: a container of that key is only renewed when it has it in its metadata, too. */
  mark: readonly [name: string, value: string];
}

/**
 * Makes a container of an HDF5 file: groups are containers in it, data sets arrays that a server reads from the file. What the
 * file held before and no longer holds goes. The catalog must be there.
 *
 * @param file must stay where it is
 * @throws CopycatError USAGE for a key that no node can have; CONFLICT when the key is another container's
 *
 * @example
 * await publishFile(database, { file: "run.h5", key: "flood", mark: ["format", "copycat-simulation"] });
 */
export async function publishFile(
  database: Database,
  { file, key, mark, ...options }: PublishOptions & { file: string },
): Promise<IngestReport> {
  const problem = checkKey(key);
  if (problem !== null) throw new CopycatError("USAGE", `${problem.message} Choose another key.`);
  const container = await findContainer(database, key, mark);
  const input = resolve(file);
  const uri = fileUri(input);
  if (typeof uri !== "string") throw new CopycatError("USAGE", `${uri.message} Choose another name.`);
  const schema = database.catalogSchema;
  const isAnothers =
    container !== null &&
    (await listArraysOfOtherFiles(database.pool, { container, uri }, schema)).length > 0;
  const reader = openHdf5Reader();
  let report: IngestReport;
  try {
    const sources = [openFileSource(input, { key, label: key })];
    report = await ingestSources(
      database,
      { sources, reader },
      // Account is kept of files: what another file has left under the key is not known to be of this one.
      { ...options, inputs: [input], ...(isAnothers ? { policy: "update", reread: true } : { prune: true }) },
    );
  } finally {
    await reader.close();
  }
  if (!isAnothers || report.status !== "completed") return report;
  const prunedNodes = await withTransaction(database, async (client) =>
    deleteTrees(client, await listArraysOfOtherFiles(client, { container, uri }, schema), { schema }),
  );
  return { ...report, files: { ...report.files, prunedNodes } };
}

/** Null when there is none. */
async function findContainer(
  database: Database,
  key: string,
  [name, value]: readonly [string, string],
): Promise<number | null> {
  let node: NodeDetails;
  try {
    node = await getNode(database, `/${key}`);
  } catch (error) {
    if (error instanceof CopycatError && error.code === "NOT_FOUND") return null;
    throw error;
  }
  const metadata = node.metadata as Record<string, unknown> | null;
  if (metadata?.[name] === value) return node.id;
  throw new CopycatError(
    "CONFLICT",
    `The catalog has a container "${key}" of other data. Choose another key.`,
  );
}
