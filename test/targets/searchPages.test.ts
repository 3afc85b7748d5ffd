// Searches over targets at their edges: long streams, places that are none, targets that are down or go down.

import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  facets,
  key,
  type NodeRecord,
  type SearchQuery,
  type SortKey,
  searchNodes,
  streamNodes,
} from "../../src/catalog/index.ts";
import {
  closeTargets,
  countTargets,
  distinctTargets,
  facetsTargets,
  type OpenedTarget,
  openTargets,
  searchTargets,
  showTargets,
  streamTargets,
} from "../../src/targets/index.ts";
import { mergeRanked } from "../../src/targets/mergeRanked.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { container, load } from "../support/nodes.ts";
import { useTargets } from "./support.ts";

const targets = useTargets(useFolder(), { east: ["A"], west: ["B"], north: [] });
const merged = useDatabase();
const names = ["east", "west", "north"] as const;
const down = { name: "down", dsn: "postgres://nobody@127.0.0.1:1/none", datasets: ["X"], isDefault: false };
let opened: OpenedTarget[] = [];
let withDown: OpenedTarget[] = [];

/** More than a block of each: 2,300, 1,000 and 300 entities, with few and with many different values. */
function nodesOf(dataset: string, count: number): NodeRecord[] {
  const entities = Array.from({ length: count }, (_, index) =>
    container(`/${dataset}/n_${index}`, {
      few: (index * 7) % 5,
      many: (index * 7919) % 2003,
      ...(index % 3 === 0 ? {} : { text: `t${(index * 31) % 500}` }),
      own: `${dataset}${index}`,
    }),
  );
  return [container(`/${dataset}`), ...entities];
}

beforeAll(async () => {
  const parts = [nodesOf("A", 2300), nodesOf("B", 1000), nodesOf("C", 300)];
  for (const [index, name] of names.entries()) {
    const database = targets.databases[name]?.database;
    if (database !== undefined) await load(database, parts[index] ?? []);
    await load(merged.database, parts[index] ?? []);
  }
  const read = await targets.read();
  opened = await openTargets(read);
  withDown = await openTargets({ ...read, list: [...read.list, down] });
  return async () => {
    await closeTargets(opened);
    await closeTargets(withDown);
  };
});

async function paths(nodes: AsyncIterable<{ path: string }>): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of nodes) found.push(path);
  return found;
}

const up = (...path: string[]): SortKey => ({ path });
const fall = (...path: string[]): SortKey => ({ path, descending: true });
const orders: [string, SortKey[]][] = [
  ["id", []],
  ["few", [up("few")]],
  ["few downwards", [fall("few")]],
  ["many", [up("many")]],
  ["text, then many downwards", [up("text"), fall("many")]],
];

describe("a stream of many blocks", () => {
  it.each(orders)("by %s", async (_name, sort) => {
    const wanted = await paths(streamNodes(merged.database, { sort }));
    expect(wanted).toHaveLength(3600);
    const stream = streamTargets(opened, { sort });
    expect(await paths(stream)).toEqual(wanted);
    expect(stream.missing).toEqual([]);
  });

  it("gives the connections back when it is left early", async () => {
    for (let round = 0; round < 10; round++) {
      for await (const { target } of streamTargets(opened, { sort: [up("many")] })) {
        expect(names).toContain(target);
        break;
      }
    }
    expect((await countTargets(opened)).count).toBe(3600);
  });
});

it("each node has its target", async () => {
  const { nodes } = await searchTargets(opened, { limit: 4000 });
  const datasets = { east: "A", west: "B", north: "C" };
  expect(new Set(nodes.map(({ target, path }) => `${target} ${path.charAt(1)}`))).toEqual(
    new Set(Object.entries(datasets).map(([name, dataset]) => `${name} ${dataset}`)),
  );
});

it("values of which there are more than asked for are counted all the same", async () => {
  // The most frequent of all are not the most frequent of each.
  for (const limit of [0, 1, 5, 600]) {
    const asked = [["text"], ["own"], ["few"]];
    const wanted = await facets(merged.database, {}, asked, { limit });
    expect(await facetsTargets(opened, {}, asked, { limit })).toEqual({ facets: wanted, missing: [] });
    const { values } = await distinctTargets(opened, {}, ["text"], { limit });
    expect(values).toEqual(wanted.text);
  }
});

it("servers that do not agree on an order lose no node: each list stays as it is", () => {
  const rank = (...ranks: number[]) => ranks.map((one) => ({ item: one, rank: one }));
  const lists = [rank(3, 1, 4), rank(2, 2), rank()];
  expect([...mergeRanked(lists, { isBackward: false })]).toEqual([2, 2, 3, 1, 4]);
});

describe("a place that is none is refused", () => {
  const refuse = (after: string, message: string, sort: SortKey[] = []) =>
    expect(searchTargets(opened, { after, sort })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(message),
    });
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

  it.each([
    ["nothing", ""],
    ["words", "no place"],
    ["no list", encode([[], "east"])],
    ["an empty list", encode([[], []])],
    ["a name alone", encode([[], [["east"]]])],
    ["a name that is none", encode([[], [[1, [], 1]]])],
    ["an id that is none", encode([[], [["east", [], 1.5]]])],
    [
      "a target twice",
      encode([
        [],
        [
          ["east", [], 1],
          ["east", [], 2],
        ],
      ]),
    ],
    ["a value without an order", encode([[], [["east", ["1"], 1]]])],
    ["more than there is", encode([[], [["east", [], 1]], 1])],
  ])("%s", (_name, after) => refuse(after, "is no place in a search; take `next` of the page before"));

  it("of one catalog, and the other way round", async () => {
    const { next: ofOne } = await searchNodes(merged.database, { limit: 1 });
    await refuse(ofOne ?? "", "is no place in a search");
    const { next: ofAll } = await searchTargets(opened, { limit: 1 });
    await expect(searchNodes(merged.database, { after: ofAll ?? "" })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("is no place in a search"),
    });
  });

  it("of another order", async () => {
    const { next } = await searchTargets(opened, { sort: [up("few")], limit: 1 });
    for (const sort of [[], [fall("few")], [up("many")]]) {
      await refuse(next ?? "", "belongs to a search with another order", sort);
    }
  });

  it("of a target that is not there any more; a new one begins at its first node", async () => {
    const { next } = await searchTargets(opened, { limit: 3590 });
    const [east, west, north] = opened;
    if (east === undefined || west === undefined || north === undefined) throw new Error("three targets");
    await expect(searchTargets([east, west], { after: next ?? "" })).rejects.toMatchObject({
      code: "USAGE",
      message:
        "This place belongs to a search over other targets: there is no north here. Begin with the first page.",
    });
    const first = await searchTargets([east], { limit: 2290 });
    const second = await searchTargets([north, east], { limit: 1000, after: first.next ?? "" });
    expect(second.nodes.filter(({ target }) => target === "east")).toHaveLength(10);
    expect(second.nodes.filter(({ target }) => target === "north")).toHaveLength(300);
  });
});

describe("a target that is down", () => {
  it("is named in what is found without it", async () => {
    const missing = ["down"];
    const page = await searchTargets(withDown, { limit: 1 });
    expect(page).toMatchObject({ missing, nodes: [{ path: "/A/n_0", target: "east" }] });
    expect(await countTargets(withDown)).toEqual({ count: 3600, missing });
    expect(await countTargets(withDown, { under: "/" })).toEqual({ count: 3603, missing });
    expect(await distinctTargets(withDown, {}, ["few"], { limit: 1 })).toMatchObject({ missing });
    expect(await facetsTargets(withDown, {}, [["few"]])).toMatchObject({ missing });
    for (const sort of [[], [up("few")]]) {
      const stream = streamTargets(withDown, { sort });
      expect(await paths(stream)).toHaveLength(3600);
      expect(stream.missing).toEqual(missing);
    }
  });

  it("is not missed where the dataset is found elsewhere", async () => {
    const query: SearchQuery = { dataset: "B", where: key("few").eq(0) };
    expect(await countTargets(withDown, query)).toEqual({ count: 200, missing: [] });
    expect((await searchTargets(withDown, { ...query, limit: 1 })).missing).toEqual([]);
    const stream = streamTargets(withDown, query);
    expect(await paths(stream)).toHaveLength(200);
    expect(stream.missing).toEqual([]);
    const shown = await showTargets(withDown, "/B/n_1");
    expect(shown).toMatchObject({ missing: [], nodes: [{ path: "/B/n_1", target: "west" }] });
  });

  it("may have what is found nowhere else", async () => {
    const error = {
      code: "CONNECTION",
      message: expect.stringContaining("There is no node /X at east, west, north, and no answer from down."),
    };
    await expect(searchTargets(withDown, { dataset: "X" })).rejects.toMatchObject(error);
    await expect(countTargets(withDown, { under: "/X" })).rejects.toMatchObject(error);
    await expect(paths(streamTargets(withDown, { dataset: "X" }))).rejects.toMatchObject(error);
    await expect(showTargets(withDown, "X")).rejects.toMatchObject(error);
  });

  it("fails when all are", async () => {
    const only = withDown.slice(3);
    const error = { code: "CONNECTION", details: [expect.stringContaining("down: Cannot connect to")] };
    await expect(searchTargets(only)).rejects.toMatchObject(error);
    await expect(paths(streamTargets(only))).rejects.toMatchObject(error);
  });
});

describe("a target that goes down", () => {
  let others: OpenedTarget[] = [];
  afterEach(() => closeTargets(others));

  const kill = (name: string, application: string): Promise<unknown> =>
    targets.databases[name]?.rows(
      "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1 and datname = current_database()",
      [application],
    ) ?? Promise.resolve();

  it.each([
    ["by id", []],
    ["by a key", [up("many")]],
  ])("on the way of a stream %s is missing with what it has not sent", async (_name, sort) => {
    others = await openTargets(await targets.read(), { applicationName: "stream_that_breaks" });
    const stream = streamTargets(others, { sort });
    const counts: Record<string, number> = { east: 0, west: 0, north: 0 };
    let count = 0;
    for await (const { target } of stream) {
      if (count++ === 0) await kill("east", "stream_that_breaks");
      counts[target] = (counts[target] ?? 0) + 1;
    }
    expect(counts).toEqual({ east: 1000, west: 1000, north: 300 });
    expect(stream.missing).toEqual(["east"]);
  });
});

it("what no target has is not found", async () => {
  const error = {
    code: "NOT_FOUND",
    message: "There is no node /A/nowhere at any target.",
    details: expect.arrayContaining(["east: There is no node /A/nowhere: /A has no child nowhere."]),
  };
  await expect(searchTargets(opened, { dataset: "A/nowhere" })).rejects.toMatchObject(error);
  await expect(countTargets(opened, { under: "/A/nowhere/" })).rejects.toMatchObject(error);
  await expect(paths(streamTargets(opened, { dataset: "/A/nowhere" }))).rejects.toMatchObject(error);
  await expect(showTargets(opened, "A/nowhere")).rejects.toMatchObject(error);
  for (const limit of [-1, 1.5]) {
    await expect(searchTargets(opened, { limit })).rejects.toMatchObject({ code: "USAGE" });
  }
});

it("a target that refuses is named; a question that is wrong is wrong at all", async () => {
  const west = targets.databases.west;
  await west?.rows("alter table nodes rename column structure_family to other");
  try {
    const error = { code: "DATABASE", message: expect.stringContaining("At the target west: ") };
    await expect(searchTargets(opened)).rejects.toMatchObject(error);
    await expect(paths(streamTargets(opened))).rejects.toMatchObject(error);
    const wrong = searchTargets(opened, { dataset: "A", under: "A" });
    await expect(wrong).rejects.toMatchObject({
      code: "USAGE",
      message: expect.not.stringContaining("At the target"),
    });
  } finally {
    await west?.rows("alter table nodes rename column other to structure_family");
  }
});
