// Why a file cannot be opened, in a sentence. Asked only after opening has failed.

import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";

const signature = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
const hdf4Signature = Buffer.from([0x0e, 0x03, 0x13, 0x01]);

const systemReasons: Record<string, string> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EMFILE: "too many open files in this process; raise `ulimit -n`",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "too many symbolic links",
};

/** Refuses what must not even be opened: a missing file, a folder, a pipe (opening one would block). */
export function checkOpenable(file: string): void {
  let reason: string | undefined;
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) reason = "is a folder";
    else if (!stat.isFile()) reason = "is not a regular file";
    else if (stat.size === 0) reason = "is empty (0 bytes)";
  } catch (error) {
    throw unreadable(file, systemReason(error), error);
  }
  if (reason !== undefined) throw unreadable(file, reason);
}

/** The error for a file that HDF5 refused with `libraryReason`. */
export function explainRefusal(file: string, libraryReason: string): CopycatError {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    return unreadable(file, systemReason(error), error);
  }
  try {
    const size = fstatSync(descriptor).size;
    if (findSignature(descriptor, size) === undefined) {
      if (startsWith(descriptor, hdf4Signature)) return unreadable(file, "is an HDF4 file, not HDF5");
      return unreadable(file, "is not an HDF5 file (no signature found)");
    }
    if (/truncated file/.test(libraryReason)) {
      return unreadable(file, `is truncated (${size} bytes are left; ${libraryReason})`);
    }
    return unreadable(file, `cannot be opened: ${libraryReason}`);
  } catch (error) {
    return unreadable(file, systemReason(error), error);
  } finally {
    closeSync(descriptor);
  }
}

/** `<file> <reason>`, or `<file>: <reason>` where the reason is not about the file as subject. */
export function unreadable(file: string, reason: string, cause?: unknown): CopycatError {
  const separator = /^(is|cannot|has) /.test(reason) ? " " : ": ";
  return new CopycatError("UNREADABLE_SOURCE", `${file}${separator}${reason}`, { cause });
}

/** What was thrown while a file was read, as an error that names the file. */
export function asReadError(file: string, error: unknown): CopycatError {
  if (error instanceof CopycatError) return error;
  return unreadable(file, `cannot be read: ${errorMessage(error)}`, error);
}

function systemReason(error: unknown): string {
  return systemReasons[errorCode(error) ?? ""] ?? errorMessage(error);
}

/** The superblock is at 0, or behind a user block of 512, 1024, 2048, ... bytes. */
function findSignature(descriptor: number, size: number): number | undefined {
  for (let offset = 0; offset + signature.length <= size; offset = offset === 0 ? 512 : offset * 2) {
    if (startsWith(descriptor, signature, offset)) return offset;
  }
  return undefined;
}

function startsWith(descriptor: number, bytes: Buffer, offset = 0): boolean {
  const found = Buffer.alloc(bytes.length);
  readSync(descriptor, found, 0, found.length, offset);
  return found.equals(bytes);
}
