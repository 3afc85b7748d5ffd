// The bytes of a file, and what they say.

import { readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Decoder } from "@msgpack/msgpack";
import { CopycatError, errorMessage } from "../../errors.ts";
import { decodeUtf8, explainJsonMistake, openBytes, withoutByteOrderMark } from "../../files/index.ts";
import { checkDepth } from "./depth.ts";
import { Mistake } from "./mistake.ts";
import { parseJson, placeIn } from "./parseJson.ts";

export type DocumentKind = "json" | "msgpack";

/** A read that takes longer than this did not come from memory: the next ones wait beside each other. */
const slowReadMs = 2;
const readsAside = 32;
let readsToCome = 0;

/**
 * Small files that the system holds in memory are read in 20 us, and in 150 us by way of Node's threads: 1,000 updates of
 * 6 kB took 0.16 s of a processor instead of 0.22. Files of a slow disk, or across a network, are read side by side.
 */
async function readFast(path: string): Promise<Buffer> {
  // What a link leads to: a pipe or a device may never end.
  const found = statSync(path);
  if (!found.isFile())
    throw new CopycatError("UNREADABLE_SOURCE", "It is no file: a folder, a pipe or a device.");
  if (readsToCome > 0) {
    readsToCome -= 1;
    return readFile(path);
  }
  const start = performance.now();
  const bytes = readFileSync(path);
  if (performance.now() - start > slowReadMs) readsToCome = readsAside;
  return bytes;
}

/**
 * The bytes of a file.
 *
 * @param isDocument then they are unpacked when they are packed with gzip or zstd
 * @throws Mistake
 */
export async function readBytes(path: string, isDocument = true): Promise<Buffer> {
  try {
    const bytes = await readFast(path);
    if (!isDocument) return bytes;
    const isPacked =
      (bytes[0] === 0x1f && bytes[1] === 0x8b) || (bytes.length >= 4 && bytes.readUInt32BE() === 0x28b52ffd);
    if (!isPacked) return bytes;
    const chunks: Buffer[] = [];
    for await (const chunk of openBytes(path)) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    const reason =
      error instanceof CopycatError ? error.message : `The file cannot be read: ${errorMessage(error)}.`;
    throw new Mistake("unreadable_file", "", reason);
  }
}

/** @throws Mistake when the bytes are none of that kind */
export function parseDocument(bytes: Buffer, kind: DocumentKind): unknown {
  return kind === "json" ? parseJsonBytes(bytes) : parseMessagePack(bytes);
}

function parseJsonBytes(bytes: Buffer): unknown {
  const text = decodeUtf8(withoutByteOrderMark(bytes));
  if (text === null) throw new Mistake("invalid_utf8", "", "The file is not valid UTF-8.");
  if (text.trim() === "") throw new Mistake("invalid_json", "", "The file is empty.");
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof Mistake) throw error;
    const { code, message } = explainJsonMistake(text, error);
    throw new Mistake(code, placeOf(text, error), message.replace(/^The line/, "The file"));
  }
}

/** V8 says where it stopped in some of its messages: "... at position 17". */
function placeOf(text: string, error: unknown): string {
  const at = /at position (\d+)/.exec(errorMessage(error))?.[1];
  const isToken = /^Unexpected token/.test(errorMessage(error));
  // What ends too early is wrong at its end.
  return placeIn(text, at === undefined ? (isToken ? findToken(text) : text.length) : Number(at));
}

/** Of an unexpected token it names only the character: the shortest beginning that has it is found by halves. */
function findToken(text: string): number {
  let [without, including] = [0, text.length];
  while (including - without > 1) {
    const middle = Math.floor((without + including) / 2);
    if (hasToken(text.slice(0, middle))) including = middle;
    else without = middle;
  }
  return including - 1;
}

function hasToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return /^Unexpected token/.test(errorMessage(error));
  }
}

function parseMessagePack(bytes: Buffer): unknown {
  // Room for an array is made as soon as its length is read: what is longer than the file must not take a gigabyte.
  const { length } = bytes;
  const decoder = new Decoder({ useBigInt64: true, maxArrayLength: length, maxMapLength: length });
  let document: unknown;
  try {
    document = decoder.decode(bytes);
  } catch (error) {
    const reason = errorMessage(error).replace(/\.$/, "");
    throw new Mistake("invalid_msgpack", "", `The file is not valid MessagePack: ${reason}.`);
  }
  checkDepth(document);
  return withoutBigInts(document);
}

/** Whole numbers that a number holds exactly, as numbers: msgpack's type says only how many bytes they took. */
function withoutBigInts(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) value[index] = withoutBigInts(value[index]);
  } else if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    const members = value as Record<string, unknown>;
    for (const key of Object.keys(members)) members[key] = withoutBigInts(members[key]);
  }
  return value;
}
