// copycat's own search, as a program in TypeScript calls it. Beside the whole call, which also finds the dataset by its
// path, the time of the statements that find the answer.

import {
  countNodes,
  type Database,
  distinctValues,
  fullText,
  getNode,
  key,
  nodeKey,
  type SearchQuery,
  searchNodes,
} from "../../src/index.ts";
import { observe, type Statement } from "./observe.ts";
import {
  type Answer,
  type Ask,
  datasetKey,
  keysLimit,
  pageLimit,
  sortValues,
  type Wanted,
  type Way,
} from "./types.ts";

interface OursOptions {
  name: string;
  label: string;
  /** Keys of the entities, by number. */
  keys: readonly string[];
  /** All that will be asked: where a list goes on is a cursor, and to make it is no part of the question. */
  asks: readonly Ask[];
}

export async function makeOurs(database: Database, { name, label, keys, asks }: OursOptions): Promise<Way> {
  const cursors = new Map<number, string | null>();
  for (const ask of asks) {
    if (ask.kind !== "keys" || cursors.has(ask.after)) continue;
    cursors.set(ask.after, await cursorAfter(database, keys.slice(ask.after, ask.after + 2)));
  }
  const observed = observe(database);
  return {
    name,
    label,
    answer: async (ask) => {
      observed.take();
      const answer = await answerAsk({ database: observed.database, keys, cursors }, ask);
      return { answer, sqlMs: answeringMs(observed.take()) };
    },
  };
}

/** From a page that ends with the first of the two. */
async function cursorAfter(database: Database, two: readonly string[]): Promise<string | null> {
  const query = { dataset: datasetKey, where: nodeKey(...two), limit: 1 };
  return (await searchNodes(database, query)).next;
}

/** What looks the dataset and the promoted keys up, before the statements that find the answer. */
const lookUp = /^\s*with recursive walk |promoted_key|has_table_privilege/;

function answeringMs(statements: readonly Statement[]): number {
  const answering = statements.filter(({ text }) => !lookUp.test(text));
  return answering.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
}

interface Searched {
  database: Database;
  keys: readonly string[];
  cursors: ReadonlyMap<number, string | null>;
}

async function answerAsk({ database, keys, cursors }: Searched, ask: Ask): Promise<Answer> {
  const dataset = datasetKey;
  switch (ask.kind) {
    case "count":
      return countNodes(database, { dataset });
    case "keys": {
      const after = cursors.get(ask.after) ?? null;
      const query = { dataset, limit: keysLimit, ...(after === null ? {} : { after }) };
      return keysOf(await searchNodes(database, query));
    }
    case "metadata": {
      const { metadata } = await getNode(database, `${dataset}/${keys[ask.entity]}`);
      return metadata as Record<string, unknown>;
    }
    case "artifacts":
      return keysOf(await searchNodes(database, { dataset: `${dataset}/${keys[ask.entity]}` }));
    case "range":
      return pageOrCount(database, { dataset, where: key(ask.key).gt(ask.above) }, ask.wanted);
    case "between":
      return pageOrCount(database, { dataset, where: key(ask.key).between(ask.low, ask.high) }, "page");
    case "equality":
      return pageOrCount(database, { dataset, where: key(ask.key).eq(ask.value) }, "page");
    case "text":
      return pageOrCount(database, { dataset, where: fullText(ask.words.join(" ")) }, ask.wanted);
    case "distinct": {
      const found = await distinctValues(database, { dataset }, [ask.key]);
      return sortValues(found.map(({ value, count }) => [value, count]));
    }
    case "sort": {
      const sort = [{ path: [ask.key], descending: ask.descending }];
      return keysOf(await searchNodes(database, { dataset, sort, limit: pageLimit }));
    }
  }
}

async function pageOrCount(database: Database, query: SearchQuery, wanted: Wanted): Promise<Answer> {
  if (wanted === "count") return countNodes(database, query);
  return keysOf(await searchNodes(database, { ...query, limit: pageLimit }));
}

function keysOf({ nodes }: { nodes: readonly { path: string }[] }): string[] {
  return nodes.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
}
