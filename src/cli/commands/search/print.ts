// What copycat search found, printed: a page, everything, a number, or values.

import { parseKey, parseKeys, type SearchQuery, type ValueCount } from "../../../catalog/index.ts";
import { formatCount, makeLog, printJson, printJsonList, printLines, printResult } from "../../output.ts";
import type { Finder, Found } from "./finder.ts";
import type { SearchFlags } from "./query.ts";

/** The names of the targets that are missing in what was printed. */
type Missing = readonly string[];

export async function printSearch(finder: Finder, query: SearchQuery, flags: SearchFlags): Promise<Missing> {
  if (flags.count) return printCount(finder, query, flags);
  if (flags.distinct !== undefined) return printValues(finder, query, { ...flags, distinct: flags.distinct });
  if (flags.facets !== undefined) return printFacets(finder, query, { ...flags, facets: flags.facets });
  return flags.all ? printAll(finder, query, flags) : printPage(finder, query, flags);
}

async function printCount(finder: Finder, query: SearchQuery, { json }: SearchFlags): Promise<Missing> {
  const found = await finder.count(query);
  if (json) printJson(found);
  else printResult(String(found.count));
  return found.missing ?? [];
}

async function printPage(finder: Finder, query: SearchQuery, flags: SearchFlags): Promise<Missing> {
  const { limit, after, ndjson, json, quiet } = flags;
  const page = {
    ...query,
    ...(limit === undefined ? {} : { limit }),
    ...(after === undefined ? {} : { after }),
  };
  const { nodes, next, missing } = await finder.page(page);
  const { notice } = makeLog(quiet);
  if (ndjson) {
    for (const node of nodes) printResult(JSON.stringify(node));
  } else {
    const { count } = await finder.count(query);
    if (json) {
      printJson({ count, nodes, next, ...(missing === undefined ? {} : { missing }) });
      return missing ?? [];
    }
    for (const node of nodes) printResult(formatFound(node));
    notice(formatMatches(count));
  }
  if (next !== null) notice(`There are more: --after ${next}`);
  return missing ?? [];
}

async function printAll(finder: Finder, query: SearchQuery, flags: SearchFlags): Promise<Missing> {
  let count = 0;
  const stream = finder.stream(query);
  const { missing } = stream;
  async function* found(): AsyncGenerator<Found> {
    for await (const node of stream) {
      count++;
      yield node;
    }
  }
  if (flags.json && !flags.ndjson) {
    const rest = (): object => ({ count, next: null, ...(missing === undefined ? {} : { missing }) });
    await printJsonList("nodes", found(), rest);
    return missing ?? [];
  }
  const isWhole = await printLines(flags.ndjson ? inJson(found()) : inWords(found()));
  if (isWhole) makeLog(flags.quiet).notice(formatMatches(count));
  return missing ?? [];
}

async function* inJson(found: AsyncIterable<Found>): AsyncGenerator<string> {
  for await (const node of found) yield JSON.stringify(node);
}

async function* inWords(found: AsyncIterable<Found>): AsyncGenerator<string> {
  for await (const node of found) yield formatFound(node);
}

async function printValues(
  finder: Finder,
  query: SearchQuery,
  { distinct, limit = 1000, json, quiet }: SearchFlags & { distinct: string },
): Promise<Missing> {
  // One more than asked for says whether there are more.
  const found = await finder.distinct(query, parseKey(distinct), limit + 1);
  const values = found.values.slice(0, limit);
  if (json) printJson({ key: distinct, ...found, values });
  else for (const one of values) printResult(formatValue(one));
  if (found.values.length > limit) {
    makeLog(quiet).notice(`There are more than ${formatCount(limit)} values; --limit N prints more.`);
  }
  return found.missing ?? [];
}

async function printFacets(
  finder: Finder,
  query: SearchQuery,
  flags: SearchFlags & { facets: string },
): Promise<Missing> {
  const { limit, json } = flags;
  const options = limit === undefined ? {} : { limit };
  const found = await finder.facets(query, parseKeys(flags.facets), options);
  if (json) printJson(found);
  else {
    for (const [name, values] of Object.entries(found.facets)) {
      printResult(name);
      for (const one of values) printResult(formatValue(one));
    }
  }
  return found.missing ?? [];
}

/** Of several targets the name of its own; the path, then the scalars of the metadata but for locators, which say where files lie. */
function formatFound({ path, metadata, target }: Found): string {
  const scalars = Object.entries(metadata)
    .filter(([name, value]) => typeof value !== "object" && !/^(path|dataset|index)_/.test(name))
    .map(([name, value]) => `${name}=${String(value)}`);
  return `${target === undefined ? "" : `${target}  `}${path}  ${scalars.join(" ")}`;
}

function formatValue({ value, count }: ValueCount): string {
  return `${formatCount(count).padStart(9)}  ${typeof value === "string" ? value : JSON.stringify(value)}`;
}

function formatMatches(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "match" : "matches"}`;
}
