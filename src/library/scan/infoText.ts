// Texts of RIFF INFO, which do not say in what they are encoded: the parser takes them for Latin-1, most programs write UTF-8.

import { isUtf8 } from "node:buffer";

/** All texts of a value; what is UTF-8 that was read as Latin-1 is read again, which hardly any other text looks like. */
export function asUtf8(value: unknown): unknown {
  if (typeof value === "string") return utf8Of(value);
  if (Array.isArray(value)) return value.map(asUtf8);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, asUtf8(part)]));
}

function utf8Of(text: string): string {
  const bytes = Buffer.from(text, "latin1");
  return bytes.toString("latin1") === text && isUtf8(bytes) ? bytes.toString("utf8") : text;
}
