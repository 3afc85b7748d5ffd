// An array into a file; one that is there is replaced when the new one is complete.

import { randomUUID } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CopycatError, errorMessage } from "../../errors.ts";
import { arrayJson, arrayLines } from "./arrayText.ts";
import { npyHeader } from "./npy.ts";
import type { CatalogArray } from "./types.ts";

export const arrayFormats = ["npy", "csv", "tsv", "json"] as const;

export type ArrayFormat = (typeof arrayFormats)[number];

/** The format that a file's name says, or null. */
export function formatOfName(file: string): ArrayFormat | null {
  const extension = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase();
  return arrayFormats.find((format) => format === extension) ?? null;
}

/**
 * The bytes of an array in a format, in pieces.
 *
 * @throws CopycatError USAGE when the format cannot hold it
 */
export function* arrayPieces(array: CatalogArray, format: ArrayFormat): Generator<Uint8Array | string> {
  switch (format) {
    case "npy":
      yield npyHeader(array);
      yield array.bytes;
      return;
    case "json":
      yield* arrayJson(array);
      yield "\n";
      return;
    default:
      yield* inPieces(arrayLines(array, format === "csv" ? "," : "\t"));
  }
}

const linesPerPiece = 1000;

/** A write for each line would take longer than making it. */
function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  for (const line of lines) {
    piece.push(line);
    if (piece.length < linesPerPiece) continue;
    yield `${piece.join("\n")}\n`;
    piece = [];
  }
  if (piece.length > 0) yield `${piece.join("\n")}\n`;
}

/**
 * Writes an array; how many bytes that took.
 *
 * @param format default: what the name of the file says
 * @throws CopycatError USAGE when the format is not known or cannot hold the array; UNREADABLE_SOURCE when the file
 * cannot be written
 */
export async function writeArray(array: CatalogArray, file: string, format?: ArrayFormat): Promise<number> {
  const chosen = format ?? formatOfName(file);
  if (chosen === null) {
    const known = arrayFormats.map((name) => `.${name}`).join(", ");
    throw new CopycatError("USAGE", `${file} does not say its format. End its name with one of ${known}.`);
  }
  return await writePieces(file, arrayPieces(array, chosen));
}

type Pieces = Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>;

/**
 * Writes pieces into a file that takes its name when all are there; how many bytes they were. What is no regular
 * file, such as a pipe, is written into as it is.
 */
export async function writePieces(file: string, pieces: Pieces): Promise<number> {
  const refuse = (error: unknown): never => {
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot write ${file}: ${errorMessage(error)}.`, {
      cause: error,
    });
  };
  const target = resolve(file);
  const there = await stat(target).catch(() => null);
  const isInPlace = there !== null && !there.isFile();
  const path = isInPlace ? target : join(dirname(target), `.copycat-${randomUUID()}.tmp`);
  const handle = await open(path, isInPlace ? "w" : "wx").catch(refuse);
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      const whole = typeof piece === "string" ? Buffer.from(piece) : piece;
      await handle.writeFile(whole).catch(refuse);
      bytes += whole.length;
    }
    await handle.close();
    if (!isInPlace) await rename(path, target).catch(refuse);
    return bytes;
  } catch (error) {
    await handle.close().catch(() => undefined);
    if (!isInPlace) await rm(path, { force: true });
    throw error;
  }
}
