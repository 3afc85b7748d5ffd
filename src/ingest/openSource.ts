// Which kind of input is it? Decided by what it is, then by its first bytes.

import { open, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type { Readable } from "node:stream";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import { readDatasetFile } from "../manifest/index.ts";
import { openDatasetSource } from "./sources/dataset.ts";
import { openFileSource, openFolderSource } from "./sources/folder.ts";
import { openManifestSource } from "./sources/manifest/index.ts";
import { openNdjsonSource } from "./sources/ndjson.ts";
import type { NodeSource, RecordGuard } from "./types.ts";

export interface OpenOptions {
  label?: string | undefined;
  stdin?: Readable | undefined;
  /** Take only these files of the input; absolute paths. */
  only?: ReadonlySet<string> | undefined;
  guard?: RecordGuard | undefined;
}

const yamlNames = new Set([".yaml", ".yml"]);

/** True for what is taken for the description of a dataset. */
export function isDatasetFile(path: string): boolean {
  return yamlNames.has(extname(path).toLowerCase());
}

const hdf5Names = new Set([".h5", ".hdf5", ".hdf", ".he5", ".nxs", ".nx5", ".nexus", ".cxi"]);

/**
 * Opens an input: a dataset YAML, a folder of HDF5 files, one HDF5 file, or NDJSON ("-" is standard input).
 *
 * @throws CopycatError UNREADABLE_SOURCE when it is not there; INVALID_INPUT for a YAML with mistakes; USAGE when it
 * is none of these.
 */
export async function openSource(input: string, options: OpenOptions = {}): Promise<NodeSource> {
  if (input === "-") {
    if (options.stdin === undefined) throw new CopycatError("USAGE", "There is no standard input to read.");
    return openRecords("-", options.stdin, options);
  }
  const path = resolve(input);
  const stats = await stat(path).catch((error: unknown) => {
    const because = errorCode(error) === "ENOENT" ? "it does not exist" : errorMessage(error);
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot read ${input}: ${because}.`, { cause: error });
  });
  if (stats.isDirectory()) return openFolderSource(path, options);
  if (isDatasetFile(path)) return openDataset(path, options);
  if (hdf5Names.has(extname(path).toLowerCase())) return openFileSource(path, options);
  return openByContent(input, path, options);
}

async function openDataset(path: string, options: OpenOptions): Promise<NodeSource> {
  const description = await readDatasetFile(path);
  const { tables } = description;
  return tables === null
    ? openDatasetSource(description, options)
    : openManifestSource(description, tables, options);
}

function openRecords(name: string, input: string | Readable, options: OpenOptions): NodeSource {
  return openNdjsonSource({
    name,
    input,
    label: options.label,
    guard: options.guard,
    openFile: ({ input: owner, file, label }) =>
      openSource(owner, { label: options.label ?? label ?? undefined, only: new Set([resolve(file)]) }),
  });
}

async function openByContent(input: string, path: string, options: OpenOptions): Promise<NodeSource> {
  const head = await readHead(path);
  const isCompressed = head.subarray(0, 2).equals(gzipMagic) || head.subarray(0, 4).equals(zstdMagic);
  const text = head
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  if (isCompressed || text.startsWith("{") || /\.(ndjson|jsonl)$/i.test(path)) {
    return openRecords(input, path, options);
  }
  if (head.includes(hdf5Signature)) return openFileSource(path, options);
  throw new CopycatError(
    "USAGE",
    `${input} is none of: a dataset YAML (.yaml), a folder, an HDF5 file, NDJSON node records (one {...} a line).`,
  );
}

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const hdf5Signature = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);

/** User blocks of HDF5 are 512 bytes doubled any number of times; the signature follows. 64 KiB sees the usual ones. */
async function readHead(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(65_544), 0, 65_544, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
