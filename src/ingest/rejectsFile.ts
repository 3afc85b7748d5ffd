// The rejects file: NDJSON, made when the first reject comes, complete on disk when the job reports it.

import { type FileHandle, mkdir, open, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Reject } from "../catalog/index.ts";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { jsonNull, objectToJson, stringToJson } from "../json.ts";

const flushBytes = 64 * 1024;

export class RejectsFile {
  readonly path: string;
  count = 0;
  readonly #maxRejects: number;
  readonly #keep: boolean;
  #file: FileHandle | undefined;
  #buffer = "";

  /** `keep` false counts only, for a dry run without a named file. */
  constructor(path: string, maxRejects: number, keep: boolean) {
    this.path = path;
    this.#maxRejects = maxRejects;
    this.#keep = keep;
  }

  /** @throws CopycatError TOO_MANY_REJECTS at the one that is too many; it is in the file as well. */
  async add(reject: Reject): Promise<void> {
    this.count += 1;
    if (this.#keep) {
      this.#buffer += `${rejectLine(reject)}\n`;
      if (this.#buffer.length >= flushBytes) await this.#flush();
    }
    if (this.count > this.#maxRejects) {
      throw new CopycatError(
        "TOO_MANY_REJECTS",
        `More than ${this.#maxRejects} records were rejected (--max-rejects), the last one for: ${reject.message}. ` +
          `Nothing was changed. They are listed in ${this.path}.`,
      );
    }
  }

  /** Writes what is left; the path, or null when there was nothing to write. */
  async close(): Promise<string | null> {
    await this.#flush();
    await this.#file?.close();
    return this.#file === undefined ? null : this.path;
  }

  async #flush(): Promise<void> {
    if (this.#buffer === "") return;
    try {
      if (this.#file === undefined) {
        await makeFolder(dirname(this.path));
        this.#file = await open(this.path, "w");
      }
      await this.#file.write(this.#buffer);
    } catch (error) {
      throw new CopycatError(
        "UNREADABLE_SOURCE",
        `Cannot write the rejects file ${this.path}: ${errorMessage(error)}. Name another one with --rejects.`,
        { cause: error },
      );
    }
    this.#buffer = "";
  }
}

/**
 * Refuses a path for rejects that would destroy something: an input, or a file that holds anything but rejects.
 *
 * @throws CopycatError USAGE
 */
export async function checkRejectsFile(path: string, inputs: readonly string[]): Promise<void> {
  const refuse = (reason: string): never => {
    throw new CopycatError("USAGE", `${path} ${reason}; name another file for the rejects (--rejects).`);
  };
  const existing = await stat(path).catch(() => null);
  if (existing === null) return;
  const real = await realpath(path);
  for (const input of inputs) {
    if (input !== "-" && (await realpath(input).catch(() => null)) === real) refuse("is an input");
  }
  if (!existing.isFile()) refuse("is no ordinary file");
  if (existing.size > 0 && !(await readStart(path)).startsWith('{"source":')) {
    refuse("exists and is no rejects file");
  }
}

/** As `mkdir -p`; Node's own `recursive` never returns where the file system answers ENOENT, as below /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(path).catch((error: unknown) => {
      if (errorCode(error) !== "EEXIST") throw error;
    });
  try {
    await make();
  } catch (error) {
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** One line of the contract: source, position, code, message, record. */
export function rejectLine({ source, position, code, message, record }: Reject): string {
  return objectToJson([
    ["source", stringToJson(source)],
    ["position", stringToJson(position)],
    ["code", stringToJson(code)],
    ["message", stringToJson(message)],
    ["record", record ?? jsonNull],
  ]);
}
