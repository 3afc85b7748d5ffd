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
  return Buffer.from(JSON.stringify([describeOrder(sort), values, id])).toString("base64url");
}

/** @throws CopycatError USAGE when the text is none of this order's */
export function readPlace(sort: readonly SortKey[], text: string): Place {
  const parsed = parse(text);
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
  return parsed;
}

function describeOrder(sort: readonly SortKey[]): (readonly [readonly string[], boolean])[] {
  return sort.map(({ path, descending }) => [path, descending === true]);
}

function parse(text: string): (Place & { order: string }) | null {
  try {
    const [order, values, id, ...others] = JSON.parse(Buffer.from(text, "base64url").toString()) as unknown[];
    const isWhole = others.length === 0 && Array.isArray(order) && Array.isArray(values) && isId(id);
    if (!isWhole || values.length !== order.length) return null;
    for (const value of values) if (value !== null) checkJson(value as string);
    return { order: JSON.stringify(order), values: values as (string | null)[], id };
  } catch {
    return null;
  }
}

/** Ids are int4. */
function isId(id: unknown): id is number {
  return Number.isInteger(id) && Math.abs(id as number) <= 0x7fff_ffff;
}
