// The rejects file: NDJSON, made when the first reject comes, complete on disk when the job reports it.

import { type FileHandle, mkdir, open, realpath, stat, truncate, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { type JsonText, jsonNull, objectToJson, stringToJson } from "../json.ts";
import { aside, words } from "../wording.ts";

const flushBytes = 64 * 1024;

/** What a line of the file says. */
export interface RejectLine {
  /** The input, as it was named. */
  source: string;
  /** Where in it: `line 17`, `entries[3]`, `/entry/data`. */
  position: string;
  code: string;
  message: string;
  /** The record as it was; null when there is none to take again. */
  record: JsonText | null;
}

export interface RejectsFileOptions {
  /** False counts only, for a dry run without a named file; default true. */
  keep?: boolean;
  /** Adds to a file that is there instead of beginning it anew; default false. */
  append?: boolean;
}

export class RejectsFile {
  readonly path: string;
  count = 0;
  readonly #maxRejects: number;
  readonly #keep: boolean;
  readonly #append: boolean;
  #file: FileHandle | undefined;
  /** Size of what was in the file before. */
  #earlierBytes = 0;
  #buffer = "";
  /** What the file holds is of a try that failed. */
  #isStale = false;

  constructor(path: string, maxRejects: number, { keep = true, append = false }: RejectsFileOptions = {}) {
    this.path = path;
    this.#maxRejects = maxRejects;
    this.#keep = keep;
    this.#append = append;
  }

  /** @throws CopycatError TOO_MANY_REJECTS at the one that is too many; it is in the file as well. */
  async add(reject: RejectLine): Promise<void> {
    this.count += 1;
    if (this.#keep) {
      this.#buffer += `${rejectLine(reject)}\n`;
      if (this.#buffer.length >= flushBytes) await this.#flush();
    }
    if (this.count > this.#maxRejects) {
      throw new CopycatError(
        "TOO_MANY_REJECTS",
        words(
          `More than ${this.#maxRejects} records were rejected`,
          aside("maxRejects"),
          `, the last one for: ${reject.message.replace(/\.$/, "")}. Nothing was changed. They are listed in ${this.path}.`,
        ),
      );
    }
  }

  /** Begins anew, for a job that reads its records a second time: what was written goes. */
  restart(): void {
    this.count = 0;
    this.#buffer = "";
    this.#isStale = true;
  }

  /** Writes what has come so far; the path, or null when there was nothing to write. */
  async flush(): Promise<string | null> {
    await this.#flush();
    await this.#dropStale();
    return this.#file === undefined ? null : this.path;
  }

  /** Writes what is left; the path, or null when there was nothing to write. */
  async close(): Promise<string | null> {
    const path = await this.flush();
    await this.#file?.close();
    return path;
  }

  async #flush(): Promise<void> {
    if (this.#buffer === "") return;
    try {
      await this.#dropStale();
      if (this.#file === undefined) {
        await makeFolder(dirname(this.path));
        this.#file = await open(this.path, this.#append ? "a" : "w");
        this.#earlierBytes = (await this.#file.stat()).size;
      }
      await this.#file.write(this.#buffer);
    } catch (error) {
      throw new CopycatError(
        "UNREADABLE_SOURCE",
        words(
          `Cannot write the rejects file ${this.path}: ${errorMessage(error)}. Name another one`,
          aside("rejectsFile"),
          ".",
        ),
        { cause: error },
      );
    }
    this.#buffer = "";
  }

  async #dropStale(): Promise<void> {
    if (!this.#isStale) return;
    this.#isStale = false;
    if (this.#file === undefined) return;
    await this.#file.close();
    this.#file = undefined;
    const drop = this.#earlierBytes > 0 ? truncate(this.path, this.#earlierBytes) : unlink(this.path);
    await drop.catch(() => undefined);
  }
}

/**
 * Refuses a path for rejects that would destroy something: an input, or a file that holds anything but rejects.
 *
 * @throws CopycatError USAGE
 */
export async function checkRejectsFile(path: string, inputs: readonly string[]): Promise<void> {
  const refuse = (reason: string): never => {
    throw new CopycatError(
      "USAGE",
      words(`${path} ${reason}; name another file for the rejects`, aside("rejectsFile"), "."),
    );
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
export function rejectLine({ source, position, code, message, record }: RejectLine): string {
  return objectToJson([
    ["source", stringToJson(source)],
    ["position", stringToJson(position)],
    ["code", stringToJson(code)],
    ["message", stringToJson(message)],
    ["record", record ?? jsonNull],
  ]);
}

const rejectFields = new Set(["source", "position", "code", "message", "record"]);

/** Whether an object is a line of a rejects file: it has a record, and no other field than those above. */
export function isRejectLine<Value extends object>(value: Value): value is Value & { record: unknown } {
  return "record" in value && Object.keys(value).every((key) => rejectFields.has(key));
}
