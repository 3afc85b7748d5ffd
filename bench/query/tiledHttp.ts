// A stock Tiled server on the same catalog, asked for what its Python client asks for, without the client: one request
// after the other over a connection that stays open, JSON, not compressed.

import { setTimeout as sleep } from "node:timers/promises";
import { startTiled, stopTiled, tiledApiKey } from "../load/http.ts";
import type { NodeIds } from "./statements.ts";
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

interface HttpOptions {
  name: string;
  label: string;
  keys: readonly string[];
  ids: NodeIds;
}

/** Starts a server, which `close` stops. */
export async function makeHttp(dsn: string, { name, label, keys, ids }: HttpOptions): Promise<Way> {
  const { url, process } = await startTiled(dsn);
  return {
    name,
    label,
    begin: () => reopen(url),
    answer: async (ask) => {
      const { path, parameters, answerOf } = requestOf(ask, ids, keys);
      const body = await get(`${url}/${path}?${new URLSearchParams(parameters).toString()}`);
      return { answer: answerOf(body) };
    },
    close: () => stopTiled(process),
  };
}

const headers = {
  authorization: `Apikey ${tiledApiKey}`,
  accept: "application/json",
  "accept-encoding": "identity",
};

async function get(url: string): Promise<unknown> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as unknown;
}

/** The server closes a connection that was idle while others had their turn; a request on its heels may fail once. */
async function reopen(url: string): Promise<void> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const isUp = await get(`${url}/`).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error(`The Tiled server at ${url} does not answer.`);
}

interface TiledRequest {
  path: string;
  parameters: [string, string][];
  answerOf(body: unknown): Answer;
}

function requestOf(ask: Ask, ids: NodeIds, keys: readonly string[]): TiledRequest {
  const inDataset = `search/${datasetKey}`;
  switch (ask.kind) {
    case "count":
      return search(inDataset, [], "count");
    case "keys":
      return {
        path: inDataset,
        parameters: [
          ["fields", ""],
          ["page[limit]", `${keysLimit}`],
          ["page[cursor]", `${ids.entities[ask.after]}`],
        ],
        answerOf: keysOf,
      };
    case "metadata":
      return {
        path: `metadata/${datasetKey}/${keys[ask.entity]}`,
        parameters: [],
        answerOf: (body) => (body as { data: Resource }).data.attributes.metadata ?? {},
      };
    case "artifacts":
      return search(`${inDataset}/${keys[ask.entity]}`, [], "page");
    case "range": {
      const fields = { operator: "gt", key: ask.key, value: JSON.stringify(ask.above) };
      return search(inDataset, filter("comparison", fields), ask.wanted);
    }
    case "between": {
      const { key, low, high } = ask;
      const ends = [
        ...filter("comparison", { operator: "ge", key, value: JSON.stringify(low) }),
        ...filter("comparison", { operator: "le", key, value: JSON.stringify(high) }),
      ];
      return search(inDataset, ends, "page");
    }
    case "equality":
      return search(inDataset, filter("eq", { key: ask.key, value: JSON.stringify(ask.value) }), "page");
    case "text":
      return search(inDataset, filter("fulltext", { text: ask.words.join(" & ") }), ask.wanted);
    case "distinct":
      return {
        path: `distinct/${datasetKey}`,
        parameters: [
          ["metadata", ask.key],
          ["counts", "true"],
        ],
        answerOf: (body) => valuesOf(body, ask.key),
      };
    case "sort":
      return search(inDataset, [["sort", `${ask.descending ? "-" : ""}${ask.key}`]], "page");
  }
}

function filter(name: string, fields: Record<string, string>): [string, string][] {
  return Object.entries(fields).map(([field, value]) => [`filter[${name}][condition][${field}]`, value]);
}

/**
 * A page holds the metadata, as copycat's does. With all fields, which is Tiled's default, it would also count the
 * children of each of the 100, in as many statements.
 */
function search(path: string, filters: [string, string][], wanted: Wanted): TiledRequest {
  if (wanted === "count") {
    return {
      path,
      parameters: [["fields", "count"], ...filters],
      answerOf: (body) => (body as { meta: { count: number } }).meta.count,
    };
  }
  const parameters: [string, string][] = [
    ["fields", "metadata"],
    ["omit_links", "true"],
    ["page[limit]", `${pageLimit}`],
    ...filters,
  ];
  return { path, parameters, answerOf: keysOf };
}

interface Resource {
  id: string;
  attributes: { metadata?: Record<string, unknown> };
}

function keysOf(body: unknown): string[] {
  return (body as { data: Resource[] }).data.map(({ id }) => id);
}

/** Of the whole catalog, see statements.ts: what lacks the key comes as a null that is counted 0 times. */
function valuesOf(body: unknown, key: string): Answer {
  const found =
    (body as { metadata: Record<string, { value: unknown; count: number }[]> }).metadata[key] ?? [];
  return sortValues(
    found.filter(({ value }) => value !== null).map(({ value, count }): [unknown, number] => [value, count]),
  );
}
