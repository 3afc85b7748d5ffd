// Paths as text that loses nothing: file names are bytes, and not all of them are UTF-8.

import { isUtf8 } from "node:buffer";

/**
 * Bytes of a path as text: what is UTF-8 stays as it is, a backslash is doubled, any other byte becomes `\xNN`. Two paths
 * that differ never become the same text.
 *
 * @example
 * encodePath(Buffer.from("Beyonc\u00e9/Halo.mp3")); // "Beyonc\u00e9/Halo.mp3"
 * encodePath(Buffer.from([0x61, 0xff])); // "a\\xff"
 */
export function encodePath(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8").replaceAll("\\", "\\\\");
  let text = "";
  for (let start = 0; start < bytes.length; ) {
    const length = utf8Length(bytes, start);
    if (length === 0) text += `\\x${(bytes[start] as number).toString(16).padStart(2, "0")}`;
    else text += bytes.toString("utf8", start, start + length).replace("\\", "\\\\");
    start += Math.max(1, length);
  }
  return text;
}

/** Bytes of the character that begins here; 0 when none does. */
function utf8Length(bytes: Buffer, start: number): number {
  for (let length = 1; length <= 4 && start + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(start, start + length))) return length;
  }
  return 0;
}

const escapes = /\\(\\|x[0-9a-f]{2})/g;

/** The bytes that `encodePath` had; a backslash that escapes nothing stands for itself. */
export function decodePath(text: string): Buffer {
  const parts: Buffer[] = [];
  let end = 0;
  for (const match of text.matchAll(escapes)) {
    parts.push(Buffer.from(text.slice(end, match.index)));
    const escaped = match[1] as string;
    parts.push(escaped === "\\" ? Buffer.from("\\") : Buffer.from(escaped.slice(1), "hex"));
    end = match.index + match[0].length;
  }
  parts.push(Buffer.from(text.slice(end)));
  return Buffer.concat(parts);
}

/** Whether the server can store it: no NUL, and no half of a character. */
export function isStorableText(text: unknown): text is string {
  return typeof text === "string" && !/\0|\p{Surrogate}/u.test(text);
}

/** The last part of a path. */
export function filenameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A file's name without its last suffix; a dot at the beginning begins no suffix. */
export function stemOf(filename: string): string {
  const dot = lastDot(filename);
  return dot === -1 ? filename : filename.slice(0, dot);
}

/** In lower case, without the dot; "" when there is none. */
export function suffixOf(filename: string): string {
  const dot = lastDot(filename);
  return dot === -1 ? "" : filename.slice(dot + 1).toLowerCase();
}

/** As Python's pathlib: neither a leading dot nor one at the end begins a suffix. */
function lastDot(filename: string): number {
  const dot = filename.lastIndexOf(".");
  return dot <= 0 || dot === filename.length - 1 ? -1 : dot;
}
