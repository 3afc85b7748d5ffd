// Texts as SQL literals, for definitions, which take no parameters. The server quotes, so it is right for its settings.

import type { PoolClient } from "pg";

type Client = Pick<PoolClient, "query">;

/** Each text as a literal, in their order. */
export async function quoteLiterals(client: Client, texts: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ literals: string[] }>(
    `select array(
  select quote_literal(text) from unnest($1::text[]) with ordinality as t (text, place) order by place) as literals`,
    [texts],
  );
  return rows[0]?.literals ?? [];
}

/** A `text[]` as one literal. */
export async function quoteTextArray(client: Client, texts: readonly string[]): Promise<string> {
  const { rows } = await client.query<{ literal: string }>(
    "select quote_literal($1::text[]::text) as literal",
    [texts],
  );
  return rows[0]?.literal ?? "";
}
