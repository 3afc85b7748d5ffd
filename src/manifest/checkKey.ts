// What can be the key of a node.

import type { Problem, ProblemCode } from "./problem.ts";

/** A B-tree entry takes about 2,700 bytes together with the parent's id; PostgreSQL refuses longer ones. */
export const maxIndexedBytes = 2600;

/** `nodes.key` and `assets.data_uri` are varchar(1023), which counts characters, not bytes. */
export const maxIndexedCharacters = 1023;

/**
 * Says why a text cannot be the key of a node, or null when it can.
 *
 * Refused are the empty key, "/", "." and ".." (no URL can reach them), and what PostgreSQL refuses: U+0000, lone
 * surrogates, more than 1023 characters or 2600 bytes of UTF-8. The server takes anything else, URL-encoded.
 *
 * @example checkKey("H_636ce3e4") // null
 * @example checkKey("a/b")?.code // "key_has_slash"
 */
export function checkKey(key: string): Problem | null {
  if (key === "") return { code: "empty_key", message: "A key is empty; Tiled cannot reach such a node." };
  if (key === "." || key === "..") {
    return problem(
      "relative_key",
      key,
      "is dropped from URLs by every HTTP client, so Tiled cannot reach it",
    );
  }
  if (key.includes("/")) {
    return problem("key_has_slash", key, 'contains "/", which separates the keys of a path');
  }
  if (key.includes("\0"))
    return problem("nul_character", key, "contains U+0000, which PostgreSQL cannot store");
  if (!key.isWellFormed()) return problem("lone_surrogate", key, "contains half a surrogate pair");
  if (isTooLongForIndex(key)) {
    return problem(
      "key_too_long",
      key,
      "is longer than 1023 characters or 2600 bytes, more than an index takes",
    );
  }
  return null;
}

/** Whether a text is too long for a varchar(1023) column with a B-tree index. */
export function isTooLongForIndex(text: string): boolean {
  // A UTF-16 unit is at most 3 bytes of UTF-8, so short texts need no counting.
  if (text.length <= Math.floor(maxIndexedBytes / 3)) return false;
  return Buffer.byteLength(text) > maxIndexedBytes || [...text].length > maxIndexedCharacters;
}

/** A text in quotes, cut to what fits in a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}

function problem(code: ProblemCode, key: string, reason: string): Problem {
  return { code, message: `The key ${quote(key)} ${reason}.` };
}
