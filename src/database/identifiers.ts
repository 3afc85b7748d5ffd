// The one place where names become SQL.

/** Quotes a name; with several parts, qualifies it: `quoteIdentifier("public", "nodes")` is `"public"."nodes"`. */
export function quoteIdentifier(...parts: string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}
