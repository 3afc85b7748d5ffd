// The files that are asked about, read, with what says that a file of the library is the same one.

import { realpath } from "node:fs/promises";
import { CopycatError } from "../../errors.ts";
import { decodePath, encodePath } from "../paths.ts";
import { type FileReaders, isReject, openReaders, readFile, type ScanKind } from "../scan/index.ts";
import type { Library } from "../store/index.ts";
import { mayComeFrom } from "../store/origin.ts";
import { scopeOf } from "../store/tables.ts";
import type { LibraryFile } from "../types.ts";

/** A path on the disk, or a file that was read before; its path is relative to the library's root. */
export type CheckInput = string | Buffer | LibraryFile;

export interface Subject {
  /** As it was given. */
  path: string;
  /** Null when it could not be read. */
  file: LibraryFile | null;
  problem: { code: string; message: string } | null;
  /** Of the row that is this file, as far as that is known. */
  ownId: number | null;
  ownPath: string | null;
}

export interface ReadOptions {
  /** Default: audio. */
  kind?: ScanKind;
  /** Also the hash of all bytes. Default: false. */
  fullHash?: boolean;
  /** Threads. Default: one a processor. */
  workers?: number;
  signal?: AbortSignal | undefined;
}

/** Paths as text are as the caller's system writes them; bytes that are no UTF-8 need a Buffer. */
export const pathOf = (input: CheckInput): string =>
  typeof input === "string" ? input : Buffer.isBuffer(input) ? encodePath(input) : input.path;

/**
 * In the order of the inputs. A file that cannot be read is a subject with a problem, never one without a match.
 *
 * @throws CopycatError CANCELLED
 */
export async function readSubjects(
  library: Library,
  inputs: readonly CheckInput[],
  options: ReadOptions,
): Promise<Subject[]> {
  const { workers, fullHash = false, signal } = options;
  const ofFile = (file: LibraryFile): Subject => subjectOf(file, library);
  if (inputs.every(isFile)) return inputs.map(ofFile);
  const rootBytes = await realRoot(library.root);
  const [only] = inputs;
  // Threads of its own take half a second to start; the shared ones are there from the second file on.
  if (inputs.length === 1 && only !== undefined && !isFile(only)) {
    return [await readOne({ read: readFile }, only, { ...options, rootBytes })];
  }
  const readers = openReaders({ fullHash, ...(workers === undefined ? {} : { workers }) });
  const stop = (): void => readers.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.all(
      inputs.map((input) =>
        isFile(input) ? ofFile(input) : readOne(readers, input, { ...options, rootBytes }),
      ),
    );
  } finally {
    signal?.removeEventListener("abort", stop);
    readers.close();
  }
}

/** @throws CopycatError CANCELLED */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new CopycatError("CANCELLED", "Cancelled; nothing was changed.", { cause: signal.reason });
  }
}

const isFile = (input: CheckInput): input is LibraryFile =>
  typeof input === "object" && !Buffer.isBuffer(input);

/** One with an id may be of another library, where an equal path says nothing, or of another store, where the id does not. */
function subjectOf(file: LibraryFile, library: Library): Subject {
  return {
    path: file.path,
    file,
    problem: null,
    ownId: mayComeFrom(scopeOf(library), file) ? file.id : null,
    ownPath: file.id === null ? file.path : null,
  };
}

async function readOne(
  readers: Pick<FileReaders, "read">,
  input: string | Buffer,
  { kind = "audio", fullHash = false, rootBytes }: ReadOptions & { rootBytes: Buffer | null },
): Promise<Subject> {
  const bytes = typeof input === "string" ? Buffer.from(input) : input;
  const result = await readers.read(bytes, { kind, fullHash });
  const subject = { path: pathOf(input), ownId: null };
  if (isReject(result)) return { ...subject, file: null, problem: result, ownPath: null };
  return { ...subject, file: result, problem: null, ownPath: await pathBelow(rootBytes, bytes) };
}

async function realRoot(root: string | null): Promise<Buffer | null> {
  if (root === null) return null;
  const bytes = decodePath(root);
  // A library whose disk is away still has what it knows.
  return realpath(bytes, "buffer").catch(() => bytes);
}

/** Where the file is in the library, whichever way led to it; null when it is elsewhere. */
async function pathBelow(root: Buffer | null, path: Buffer): Promise<string | null> {
  if (root === null) return null;
  const real = await realpath(path, "buffer").catch(() => null);
  if (real === null) return null;
  const start = root.at(-1) === slash ? root : Buffer.concat([root, Buffer.from([slash])]);
  return real.subarray(0, start.length).equals(start) ? encodePath(real.subarray(start.length)) : null;
}

const slash = 0x2f;
