// Where a page of a search ended, as an opaque text that the next one begins after.

import { CopycatError } from "../../errors.ts";
import { checkJson } from "./checks.ts";
import type { SortKey } from "./types.ts";

export interface Place {
  /** JSON text of the last node's values of the sort keys; null for a key that it does not have. */
  values: readonly (string | null)[];
  id: number;
}

/** base64url of JSON: the order, the values, the id. */
export function writePlace(sort: readonly SortKey[], { values, id }: Place): string {
  return writeCursor(sort, [values, id]);
}

/** @throws CopycatError USAGE when the text is none of this order's */
export function readPlace(sort: readonly SortKey[], text: string): Place {
  return readCursor(sort, text, ([values, id, ...others], keys) =>
    others.length === 0 ? asPlace(values, id, keys) : null,
  );
}

/** base64url of JSON: the order, and what else tells where a page ended. */
export function writeCursor(sort: readonly SortKey[], rest: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([describeOrder(sort), ...rest])).toString("base64url");
}

/**
 * @param read takes what stands behind the order, and of how many keys that is; null, or an error, for what is no place
 * @throws CopycatError USAGE when the text is none of this order's
 */
export function readCursor<Result>(
  sort: readonly SortKey[],
  text: string,
  read: (rest: readonly unknown[], keys: number) => Result | null,
): Result {
  const parsed = parse(text, read);
  if (parsed === null) {
    throw new CopycatError(
      "USAGE",
      `${JSON.stringify(text.slice(0, 60))} is no place in a search; take \`next\` of the page before.`,
    );
  }
  if (parsed.order !== JSON.stringify(describeOrder(sort))) {
    throw new CopycatError(
      "USAGE",
      "This place belongs to a search with another order; go on with the sort keys of the page before.",
    );
  }
  return parsed.result;
}

/** Null, or an error, for what is no place in an order by so many keys. */
export function asPlace(values: unknown, id: unknown, keys: number): Place | null {
  if (!Array.isArray(values) || values.length !== keys || !isId(id)) return null;
  for (const value of values) if (value !== null) checkJson(value as string);
  return { values: values as (string | null)[], id };
}

function describeOrder(sort: readonly SortKey[]): (readonly [readonly string[], boolean])[] {
  return sort.map(({ path, descending }) => [path, descending === true]);
}

function parse<Result>(
  text: string,
  read: (rest: readonly unknown[], keys: number) => Result | null,
): { order: string; result: Result } | null {
  try {
    const [order, ...rest] = JSON.parse(Buffer.from(text, "base64url").toString()) as unknown[];
    const result = Array.isArray(order) ? read(rest, order.length) : null;
    return result === null ? null : { order: JSON.stringify(order), result };
  } catch {
    return null;
  }
}

/** Ids are int4. */
function isId(id: unknown): id is number {
  return Number.isInteger(id) && Math.abs(id as number) <= 0x7fff_ffff;
}
