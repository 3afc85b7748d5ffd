// The one place where names and texts become SQL.

import pg from "pg";
import { CopycatError } from "../errors.ts";

/** PostgreSQL's NAMEDATALEN less one. It cuts longer names off, and two of them may become one. */
export const longestNameBytes = 63;

/** @throws CopycatError USAGE when PostgreSQL could not hold the name as it is */
export function checkIdentifier(name: unknown, what: string): asserts name is string {
  const bytes = typeof name === "string" ? Buffer.byteLength(name) : 0;
  if (
    typeof name === "string" &&
    bytes > 0 &&
    bytes <= longestNameBytes &&
    !name.includes("\0") &&
    name.isWellFormed()
  )
    return;
  throw new CopycatError(
    "USAGE",
    `${what} is ${JSON.stringify(name)}; it must be 1 to ${longestNameBytes} bytes of text.`,
  );
}

/** Quotes a name; with several parts, qualifies it: `quoteIdentifier("public", "nodes")` is `"public"."nodes"`. */
export function quoteIdentifier(...parts: string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}

/** A text as a literal, for statements that take no parameters. Right whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  return pg.escapeLiteral(text);
}
