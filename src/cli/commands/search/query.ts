// The flags of copycat search as the query that the library takes.

import {
  and,
  type Condition,
  fullText,
  key,
  parseIn,
  parseKey,
  parseSortKey,
  parseWhere,
  type SearchQuery,
  spec,
  structureFamily,
} from "../../../catalog/index.ts";

export interface SearchFlags {
  dsn?: string;
  targets?: string;
  where: string[];
  text?: string;
  in: string[];
  has: string[];
  source?: string;
  spec?: string;
  family?: string;
  under?: string;
  sort: string[];
  limit?: number;
  after?: string;
  all: boolean;
  count: boolean;
  distinct?: string;
  facets?: string;
  json: boolean;
  ndjson: boolean;
  quiet: boolean;
}

/** @throws CopycatError USAGE for a filter or a key that cannot be read */
export function readQuery(dataset: string | undefined, flags: SearchFlags): SearchQuery {
  const { under } = flags;
  return {
    where: and(...readConditions(flags)),
    sort: flags.sort.map(parseSortKey),
    ...(dataset === undefined ? {} : { dataset }),
    ...(under === undefined ? {} : { under }),
  };
}

function readConditions(flags: SearchFlags): Condition[] {
  const { text, source, family } = flags;
  return [
    ...flags.where.map(parseWhere),
    ...flags.in.map(parseIn),
    ...flags.has.map((name) => key(parseKey(name)).exists()),
    ...(source === undefined ? [] : [key("source").eq(source)]),
    ...(text === undefined ? [] : [fullText(text)]),
    ...(flags.spec === undefined ? [] : [spec(flags.spec)]),
    ...(family === undefined ? [] : [structureFamily(family)]),
  ];
}
