// What the catalog holds, in memory: every answer of every way is checked against it.

import { artifacts, makeNodeBatches } from "../load/nodes.ts";
import { type Answer, type Ask, keysLimit, pageLimit, sortValues } from "./types.ts";

export interface Entity {
  /** Its place among the entities, which have ids in this order. */
  number: number;
  key: string;
  metadata: Record<string, unknown>;
}

export interface Facts {
  entities: readonly Entity[];
  /** By a key that holds numbers, ascending, equals in the order of their ids. */
  sortedBy(key: string): readonly Entity[];
}

/** The entities of load/nodes.ts, without their arrays. */
export async function makeFacts(count: number): Promise<Facts> {
  const entities: Entity[] = [];
  for await (const batch of makeNodeBatches(count)) {
    for (const { parentPath, key, metadata } of batch) {
      if (parentPath.length !== 1) continue;
      const parsed = JSON.parse(metadata) as Record<string, unknown>;
      entities.push({ number: entities.length, key, metadata: parsed });
    }
  }
  const orders = new Map<string, readonly Entity[]>();
  const sort = (key: string): readonly Entity[] =>
    [...entities].sort((one, other) => numberOf(one, key) - numberOf(other, key));
  return {
    entities,
    sortedBy: (key) => {
      const order = orders.get(key) ?? sort(key);
      orders.set(key, order);
      return order;
    },
  };
}

export function numberOf({ metadata }: Entity, key: string): number {
  return metadata[key] as number;
}

/** What must be answered. */
export function expectedAnswer({ entities, sortedBy }: Facts, ask: Ask): Answer {
  switch (ask.kind) {
    case "count":
      return entities.length;
    case "keys":
      return keysOf(entities.slice(ask.after + 1), keysLimit);
    case "metadata":
      return entities[ask.entity]?.metadata ?? {};
    case "artifacts":
      return artifacts.map(({ type }) => type);
    case "range":
      return pageOrCount(
        entities.filter((entity) => numberOf(entity, ask.key) > ask.above),
        ask.wanted,
      );
    case "between":
      return pageOrCount(
        entities.filter((entity) => isBetween(numberOf(entity, ask.key), ask)),
        "page",
      );
    case "equality":
      return pageOrCount(
        entities.filter(({ metadata }) => metadata[ask.key] === ask.value),
        "page",
      );
    case "text":
      return pageOrCount(
        entities.filter(({ metadata }) => hasWords(metadata, ask.words)),
        ask.wanted,
      );
    case "distinct":
      return countValues(entities, ask.key);
    case "sort": {
      const ascending = sortedBy(ask.key);
      return keysOf(ask.descending ? ascending.slice(-pageLimit).reverse() : ascending, pageLimit);
    }
  }
}

function isBetween(value: number, { low, high }: { low: number; high: number }): boolean {
  return value >= low && value <= high;
}

function keysOf(entities: readonly Entity[], limit: number): string[] {
  return entities.slice(0, limit).map(({ key }) => key);
}

function pageOrCount(matches: readonly Entity[], wanted: "page" | "count"): Answer {
  return wanted === "count" ? matches.length : keysOf(matches, pageLimit);
}

function countValues(entities: readonly Entity[], key: string): Answer {
  const counts = new Map<unknown, number>();
  for (const { metadata } of entities) counts.set(metadata[key], (counts.get(metadata[key]) ?? 0) + 1);
  return sortValues([...counts]);
}

/** Of the few different strings that entities have. */
const wordsByText = new Map<string, ReadonlySet<string>>();

function hasWords(metadata: Record<string, unknown>, words: readonly string[]): boolean {
  const texts = Object.values(metadata).filter((value) => typeof value === "string");
  return words.every((word) => texts.some((text) => wordsOf(text).has(word)));
}

function wordsOf(text: string): ReadonlySet<string> {
  const known = wordsByText.get(text);
  if (known !== undefined) return known;
  const words = new Set(text.toLowerCase().match(/[a-z]+|[0-9]+/g) ?? []);
  wordsByText.set(text, words);
  return words;
}
