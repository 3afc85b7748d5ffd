// What all sources share: sorting made nodes from rejects, and turning a file that fails into one reject.

import { stat } from "node:fs/promises";
import type { NodeRecord, Reject } from "../../catalog/index.ts";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { type CatalogFile, catalogFile, fileRecord, isProblem, isReject } from "../shape.ts";
import type { SourceBatch } from "../types.ts";

/** Nodes per batch, about: small enough for flat memory, large enough to cost nothing. */
export const batchNodes = 1000;

export class BatchBuilder {
  #nodes: NodeRecord[] = [];
  #rejects: Reject[] = [];

  add(made: NodeRecord | Reject): void {
    if (isReject(made)) this.#rejects.push(made);
    else this.#nodes.push(made);
  }

  get isFull(): boolean {
    return this.#nodes.length + this.#rejects.length >= batchNodes;
  }

  take(filesDone = 0): SourceBatch {
    const batch = { nodes: this.#nodes, rejects: this.#rejects, filesDone };
    this.#nodes = [];
    this.#rejects = [];
    return batch;
  }
}

export interface FileInput {
  /** The input as the user named it, made absolute; part of the reject's record. */
  input: string;
  path: string;
  /** The path as the serving machine sees it. */
  servedPath: string;
  /** The label given with `--source`, if one was: a file taken again keeps it. */
  label: string | undefined;
}

/**
 * System errors of a path that is not there, or must not or cannot be opened. Any other is a defect or a machine in
 * trouble, and ends the job.
 */
const unreadableCodes = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "EIO",
  "ELOOP",
  "ENAMETOOLONG",
  "ESTALE",
]);

/**
 * Runs `work` over a file; a file that cannot be read becomes one reject, and the rest goes on. Every reject of the
 * file names it as its record, so that it is read again once it is mended.
 */
export async function* withFile(
  { input, path, servedPath, label }: FileInput,
  work: (file: CatalogFile) => AsyncIterable<SourceBatch>,
): AsyncGenerator<SourceBatch> {
  const record = fileRecord(input, path, label);
  const refuse = (code: string, message: string): SourceBatch => ({
    nodes: [],
    rejects: [{ source: path, position: "/", code, message, record }],
    filesDone: 1,
  });
  try {
    const { size } = await stat(path);
    const file = catalogFile(path, servedPath, size);
    if (isProblem(file)) yield refuse(file.code, file.message);
    else {
      for await (const batch of work(file)) {
        yield { ...batch, rejects: batch.rejects.map((reject) => ({ ...reject, record })) };
      }
    }
  } catch (error) {
    const isUnreadable =
      (error instanceof CopycatError && error.code === "UNREADABLE_SOURCE") ||
      unreadableCodes.has(errorCode(error) ?? "");
    if (!isUnreadable) throw error;
    yield refuse("unreadable_file", errorMessage(error));
  }
}
