// What copycat search found, printed: a page, everything, a number, or values.

import {
  countNodes,
  distinctValues,
  type FoundNode,
  facets,
  parseKey,
  parseKeys,
  type SearchQuery,
  searchNodes,
  streamNodes,
  type ValueCount,
} from "../../../catalog/index.ts";
import type { Database } from "../../../database/index.ts";
import { formatCount, makeLog, printJson, printJsonList, printLines, printResult } from "../../output.ts";
import type { SearchFlags } from "./query.ts";

export async function printSearch(database: Database, query: SearchQuery, flags: SearchFlags): Promise<void> {
  if (flags.count) return printCount(await countNodes(database, query), flags);
  if (flags.distinct !== undefined)
    return printValues(database, query, { ...flags, distinct: flags.distinct });
  if (flags.facets !== undefined) return printFacets(database, query, { ...flags, facets: flags.facets });
  return flags.all ? printAll(database, query, flags) : printPage(database, query, flags);
}

function printCount(count: number, { json }: SearchFlags): void {
  if (json) printJson({ count });
  else printResult(String(count));
}

async function printPage(database: Database, query: SearchQuery, flags: SearchFlags): Promise<void> {
  const { limit, after, ndjson, json, quiet } = flags;
  const page = {
    ...query,
    ...(limit === undefined ? {} : { limit }),
    ...(after === undefined ? {} : { after }),
  };
  const { nodes, next } = await searchNodes(database, page);
  const { notice } = makeLog(quiet);
  if (ndjson) {
    for (const node of nodes) printResult(JSON.stringify(node));
  } else {
    const count = await countNodes(database, query);
    if (json) return printJson({ count, nodes, next });
    for (const node of nodes) printResult(formatFound(node));
    notice(formatMatches(count));
  }
  if (next !== null) notice(`There are more: --after ${next}`);
}

async function printAll(database: Database, query: SearchQuery, flags: SearchFlags): Promise<void> {
  let count = 0;
  async function* found(): AsyncGenerator<FoundNode> {
    for await (const node of streamNodes(database, query)) {
      count++;
      yield node;
    }
  }
  if (flags.json && !flags.ndjson) return printJsonList("nodes", found(), () => ({ count, next: null }));
  const isWhole = await printLines(flags.ndjson ? inJson(found()) : inWords(found()));
  if (isWhole) makeLog(flags.quiet).notice(formatMatches(count));
}

async function* inJson(found: AsyncIterable<FoundNode>): AsyncGenerator<string> {
  for await (const node of found) yield JSON.stringify(node);
}

async function* inWords(found: AsyncIterable<FoundNode>): AsyncGenerator<string> {
  for await (const node of found) yield formatFound(node);
}

async function printValues(
  database: Database,
  query: SearchQuery,
  { distinct, limit = 1000, json, quiet }: SearchFlags & { distinct: string },
): Promise<void> {
  // One more than asked for says whether there are more.
  const found = await distinctValues(database, query, parseKey(distinct), { limit: limit + 1 });
  const values = found.slice(0, limit);
  if (json) printJson({ key: distinct, values });
  else for (const one of values) printResult(formatValue(one));
  if (found.length > limit) {
    makeLog(quiet).notice(`There are more than ${formatCount(limit)} values; --limit N prints more.`);
  }
}

async function printFacets(
  database: Database,
  query: SearchQuery,
  flags: SearchFlags & { facets: string },
): Promise<void> {
  const { limit, json } = flags;
  const options = limit === undefined ? {} : { limit };
  const found = await facets(database, query, parseKeys(flags.facets), options);
  if (json) return printJson({ facets: found });
  for (const [name, values] of Object.entries(found)) {
    printResult(name);
    for (const one of values) printResult(formatValue(one));
  }
}

/** The path, then the scalars of the metadata but for locators, which say where files lie. */
function formatFound({ path, metadata }: FoundNode): string {
  const scalars = Object.entries(metadata)
    .filter(([name, value]) => typeof value !== "object" && !/^(path|dataset|index)_/.test(name))
    .map(([name, value]) => `${name}=${String(value)}`);
  return `${path}  ${scalars.join(" ")}`;
}

function formatValue({ value, count }: ValueCount): string {
  return `${formatCount(count).padStart(9)}  ${typeof value === "string" ? value : JSON.stringify(value)}`;
}

function formatMatches(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "match" : "matches"}`;
}
