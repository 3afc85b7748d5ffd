// What tells whether a file is the one that was read before.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { errorCode } from "../../errors.ts";

export interface Fingerprint {
  sizeBytes: bigint;
  /** Time of the last change, nanoseconds since 1970. */
  modifiedNs: bigint;
  /** "device:inode"; stays when a file is renamed. */
  inode: string;
}

/** The fingerprint of a file; null when it is not there or cannot be looked at. */
export async function readFingerprint(path: string): Promise<Fingerprint | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  if (stats === null) return null;
  return { sizeBytes: stats.size, modifiedNs: stats.mtimeNs, inode: `${stats.dev}:${stats.ino}` };
}

/** Whether nothing is there. What cannot be looked at, as on a network that is down, may well be there. */
export async function isMissing(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    return ["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "");
  }
}

export function isSameContent(a: Fingerprint, b: Fingerprint): boolean {
  return a.sizeBytes === b.sizeBytes && a.modifiedNs === b.modifiedNs;
}

const nsPerMs = 1_000_000n;

/**
 * A file that was changed just before it was read may be changed again within the same tick of its clock, and look the
 * same. The tick is a few milliseconds, and a second or two where the file system keeps whole seconds.
 */
export function mayChangeUnseen({ modifiedNs }: Fingerprint, readAtMs: number): boolean {
  const tickMs = modifiedNs % 1_000_000_000n === 0n ? 2_000 : 20;
  return readAtMs - Number(modifiedNs / nsPerMs) < tickMs;
}

/** SHA-256 of a file's content as hex digits. */
export async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
