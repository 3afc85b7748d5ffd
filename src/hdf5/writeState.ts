// Is a file still being written? Its superblock tells, in a few hundred bytes and without the HDF5 library.
// Format specification version 3, section II.A, and what the library makes of it (H5F__super_read).

import { close, open, read, type Stats, stat } from "node:fs";
import { promisify } from "node:util";
import { lookup3 } from "./direct/lookup3.ts";

/**
 * - `complete`: closed by whoever wrote it, and all of it is there.
 * - `open`: marked as open for writing; a writer that crashed leaves the mark, and `h5clear -s` takes it away.
 * - `swmr`: the same, by a writer that lets others read meanwhile (SWMR).
 * - `truncated`: shorter than it says itself: still being copied, or damaged.
 * - `unreadable`: no HDF5 file, none yet, or one that cannot be opened.
 */
export type WriteState = "complete" | "open" | "swmr" | "truncated" | "unreadable";

/** Descriptors instead of `FileHandle`s, which cost more than the questions. */
const files = {
  stat: promisify<string, Stats>(stat),
  open: promisify<string, string, number>(open),
  read: promisify(read),
  close: promisify(close),
};

const signature = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
/** The longest superblock, version 1 with addresses of 8 bytes, is 100 bytes. */
const superblockBytes = 128;
/** The specification gives the flags a meaning from version 3 on; the library sets them in every version. */
const writeAccess = 1;
const swmrWriteAccess = 4;

/**
 * Looks at a file's superblock. Never throws for what is in the file, or for a file that is not there.
 *
 * @example
 * if ((await readWriteState("scan.h5")) === "complete") await ingest(database, { inputs: ["scan.h5"] });
 */
export async function readWriteState(path: string): Promise<WriteState> {
  let file: number | undefined;
  try {
    const stats = await files.stat(path);
    // Opening a pipe would block.
    if (!stats.isFile()) return "unreadable";
    file = await files.open(path, "r");
    return await stateOf(file, stats.size);
  } catch {
    return "unreadable";
  } finally {
    if (file !== undefined) await files.close(file).catch(() => undefined);
  }
}

/** The superblock is at 0, or behind a user block of 512, 1024, 2048, ... bytes. */
async function stateOf(file: number, sizeBytes: number): Promise<WriteState> {
  const buffer = Buffer.alloc(superblockBytes);
  for (let at = 0; at + signature.length <= sizeBytes; at = at === 0 ? 512 : at * 2) {
    const { bytesRead } = await files.read(file, buffer, 0, superblockBytes, at);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes.subarray(0, signature.length).equals(signature)) return judge(bytes, at, sizeBytes);
  }
  return "unreadable";
}

function judge(bytes: Buffer, at: number, sizeBytes: number): WriteState {
  const superblock = parse(bytes);
  if (superblock === "cut") return "truncated";
  if (superblock === "unknown") return "unreadable";
  const { flags, base, end } = superblock;
  if (flags & swmrWriteAccess) return "swmr";
  if (flags & writeAccess) return "open";
  // Both addresses count from the start of the file, as they were when it was made; a user block may have come since.
  return sizeBytes < end - (base - at) ? "truncated" : "complete";
}

interface Superblock {
  flags: number;
  /** Where the superblock was when it was written. */
  base: number;
  /** The first byte behind the file. */
  end: number;
}

function parse(bytes: Buffer): Superblock | "cut" | "unknown" {
  const version = bytes[8];
  if (version === undefined) return "cut";
  if (version > 3) return "unknown";
  const width = bytes[version < 2 ? 13 : 9];
  if (width === undefined) return "cut";
  if (width !== 2 && width !== 4 && width !== 8) return "unknown";
  const fields = version < 2 ? oldFields(version, width) : newFields(width);
  if (bytes.length < fields.bytes) return "cut";
  if (version >= 2 && lookup3(bytes.subarray(0, fields.bytes - 4)) !== bytes.readUInt32LE(fields.bytes - 4)) {
    return "unknown";
  }
  return {
    flags: bytes[fields.flags] ?? 0,
    base: readAddress(bytes, fields.base, width),
    end: readAddress(bytes, fields.end, width),
  };
}

interface Fields {
  flags: number;
  base: number;
  end: number;
  /** Up to the end of the last field looked at; of versions 2 and 3 that is the checksum. */
  bytes: number;
}

/** Versions 0 and 1: base, free space, end, driver block. */
function oldFields(version: number, width: number): Fields {
  const base = version === 0 ? 24 : 28;
  return { flags: 20, base, end: base + 2 * width, bytes: base + 3 * width };
}

/** Versions 2 and 3: base, extension, end, root group, checksum. */
function newFields(width: number): Fields {
  return { flags: 11, base: 12, end: 12 + 2 * width, bytes: 12 + 4 * width + 4 };
}

function readAddress(bytes: Buffer, at: number, width: 2 | 4 | 8): number {
  return width === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, width);
}
