// A small catalog to search in, and what a search finds in it.

import {
  type Condition,
  type NodeRecord,
  parseWhere,
  type SearchQuery,
  searchNodes,
  streamNodes,
} from "../../../src/catalog/index.ts";
import type { Database } from "../../../src/database/index.ts";
import { asJsonText } from "../../../src/json.ts";
import { array, container, json } from "../../support/nodes.ts";

/** A container whose metadata are this very text. */
export function withText(path: string, metadata: string): NodeRecord {
  return { ...container(path), metadata: asJsonText(metadata) };
}

export const catalog: readonly NodeRecord[] = [
  container("/VDP"),
  withText(
    "/VDP/low",
    '{"Ja":0.25,"material":"NiPS3","instrument":{"name":"SEQ","slots":4},"tags":["x","50%"],"source":"VDP"}',
  ),
  withText(
    "/VDP/high",
    '{"Ja":1.5,"material":"MnPS3","instrument":{"name":"ARCS"},"ok":true,"tags":[1,[2]]}',
  ),
  withText("/VDP/string", '{"Ja":"0.9","material":null,"id":9007199254740993,"note":"50% of it_all"}'),
  withText("/VDP/bare", "{}"),
  { ...container("/other"), specs: json([{ name: "set", version: "1.0" }]) },
  {
    ...withText("/other/high", `{"Ja":2.0,"material":"X's","odd key":1,"runs":[{"n":1},{"n":2}],"tags":[]}`),
    specs: json([{ name: "NXdata" }, { name: "x y", version: "2" }]),
  },
  array("/VDP/low/spectrum", { metadata: { Ja: 0.25, title: "a neutron spectrum" } }),
  container("/VDP/low/deep"),
  array("/VDP/low/deep/map", { metadata: { Ja: 3 } }),
];

type Options = Omit<SearchQuery, "where"> & { limit?: number };

/** Paths of what fits a filter, or a condition. */
export async function find(
  database: Database,
  where: string | Condition,
  options: Options = {},
): Promise<string[]> {
  const condition = typeof where === "string" ? parseWhere(where) : where;
  const { nodes } = await searchNodes(database, { where: condition, limit: 1000, ...options });
  return nodes.map(({ path }) => path);
}

export async function streamPaths(database: Database, query: SearchQuery): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of streamNodes(database, query)) paths.push(path);
  return paths;
}
