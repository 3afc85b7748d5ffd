// Nodes by what they hold, a page at a time.

import type { FastifyInstance } from "fastify";
import { and, fullText, key, parseSortKey, parseWhere, type SearchQuery } from "../../catalog/index.ts";
import { searchSchema } from "../schemas/search.ts";
import type { Service } from "../service.ts";

interface Query {
  dataset?: string;
  under?: string;
  where?: string[];
  text?: string;
  source?: string;
  sort?: string[];
  limit?: number;
  cursor?: string;
}

export function addSearchRoute(app: FastifyInstance, { catalogs }: Service): void {
  const options = { schema: searchSchema, config: { access: "read" } as const };
  app.get<{ Querystring: Query }>("/v1/search", options, async ({ query }) => {
    const { limit, cursor } = query;
    return catalogs.search({
      ...readQuery(query),
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { after: cursor }),
    });
  });
}

/** @throws CopycatError USAGE for a filter or a key that cannot be read */
function readQuery({ dataset, under, where = [], text, source, sort = [] }: Query): SearchQuery {
  return {
    where: and(
      ...where.map(parseWhere),
      ...(source === undefined ? [] : [key("source").eq(source)]),
      ...(text === undefined ? [] : [fullText(text)]),
    ),
    sort: sort.map(parseSortKey),
    ...(dataset === undefined ? {} : { dataset }),
    ...(under === undefined ? {} : { under }),
  };
}
