// Pages by keyset: all nodes once, in order, whatever the order and however large the pages.

import { beforeAll, describe, expect, test } from "vitest";
import { key, type SearchQuery, type SortKey, searchNodes, streamNodes } from "../../../src/catalog/index.ts";
import { useDatabase } from "../../support/database.ts";
import { container, load } from "../../support/nodes.ts";
import { fc } from "../../support/property.ts";
import { streamPaths } from "./catalog.support.ts";

const db = useDatabase();

type Scalar = null | boolean | number | string;

/** In the order of jsonb: null, texts, numbers, booleans. */
const values: Scalar[] = [
  null,
  "",
  "a",
  "ab",
  "b",
  "ü",
  -1e300,
  -2,
  0,
  0.5,
  1,
  9007199254740992,
  1e300,
  false,
  true,
];

interface Sample {
  path: string;
  metadata: { s?: Scalar; t?: Scalar; n: { s?: Scalar } };
}

const samples: Sample[] = fc
  .sample(
    fc.record({
      s: fc.option(fc.constantFrom(...values), { nil: undefined }),
      t: fc.option(fc.constantFrom(...values.slice(4, 8)), { nil: undefined }),
    }),
    { numRuns: 150, seed: 4 },
  )
  .map(({ s, t }, index) => ({
    path: `/${index % 3 === 0 ? "B" : "A"}/n_${index}`,
    metadata: {
      ...(s === undefined ? {} : { s, n: { s } }),
      ...(t === undefined ? {} : { t }),
    } as Sample["metadata"],
  }));

beforeAll(async () => {
  await load(db.database, [
    container("/A"),
    container("/B"),
    ...samples.map(({ path, metadata }) => container(path, metadata)),
  ]);
});

/** What must come out: the samples in order, by a comparison written another way. */
function sorted(sort: readonly SortKey[], scope: RegExp): string[] {
  const isBackward = sort.at(-1)?.descending === true;
  const rank = (sample: Sample, { path }: SortKey): number | null => {
    const top = sample.metadata[path[0] as "s" | "t" | "n"];
    const value = path.length === 1 ? top : (top as { s?: Scalar } | undefined)?.s;
    return value === undefined ? null : values.indexOf(value as Scalar);
  };
  return samples
    .map((sample, index) => ({ sample, index }))
    .filter(({ sample }) => scope.test(sample.path))
    .sort((one, other) => {
      for (const sortKey of sort) {
        const [a, b] = [rank(one.sample, sortKey), rank(other.sample, sortKey)];
        if (a === b) continue;
        if (a === null || b === null) return a === null ? 1 : -1;
        return sortKey.descending === true ? b - a : a - b;
      }
      return isBackward ? other.index - one.index : one.index - other.index;
    })
    .map(({ sample }) => sample.path);
}

async function readPages(query: SearchQuery, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof searchNodes>> = await searchNodes(db.database, {
      ...query,
      limit,
      ...(after === null ? {} : { after }),
    });
    pages.push(page.nodes.map(({ path }) => path));
    after = page.next;
  } while (after !== null);
  return pages;
}

const up = (...path: string[]): SortKey => ({ path });
const down = (...path: string[]): SortKey => ({ path, descending: true });

const orders: [string, SortKey[]][] = [
  ["id", []],
  ["s", [up("s")]],
  ["s downwards", [down("s")]],
  ["a nested key", [up("n", "s")]],
  ["t and s", [up("t"), up("s")]],
  ["t and s, both downwards", [down("t"), down("s")]],
  ["t downwards and s", [down("t"), up("s")]],
  ["t, s downwards", [up("t"), down("s")]],
  ["a key that is nowhere", [up("nowhere")]],
  ["the same key twice", [up("s"), down("s")]],
];

const scopes: [string, SearchQuery, RegExp][] = [
  ["one dataset", { dataset: "A" }, /^\/A/],
  ["all datasets", {}, /^/],
  ["all that lies under", { under: "/", where: key("t").exists() }, /^/],
];

describe.each(orders)("by %s", (_name, sort) => {
  test.each(scopes)("in %s", async (_scope, query, pattern) => {
    const isFit = (path: string): boolean =>
      query.where === undefined || samples.some((one) => one.path === path && one.metadata.t !== undefined);
    const wanted = sorted(sort, pattern).filter(isFit);
    expect(wanted.length).toBeGreaterThan(20);
    expect(await streamPaths(db.database, { ...query, sort })).toEqual(wanted);
    for (const limit of [1, 7, wanted.length - 1, wanted.length, wanted.length + 1]) {
      const pages = await readPages({ ...query, sort }, limit);
      expect(pages.flat()).toEqual(wanted);
      expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
      expect(pages).toHaveLength(Math.ceil(wanted.length / limit));
    }
  });
});

test("a page goes on after nodes that have gone, and sees those that came behind it", async () => {
  const query: SearchQuery = { dataset: "A", sort: [up("s")], where: key("s").gt(-1e6) };
  const first = await searchNodes(db.database, { ...query, limit: 5 });
  const rest = await searchNodes(db.database, { ...query, limit: 1000, after: first.next ?? "" });
  const last = first.nodes.at(-1)?.id;
  await db.rows("delete from nodes where id = $1", [last]);
  await load(db.database, [container("/A/new", { s: 1e299 })]);
  const again = await searchNodes(db.database, { ...query, limit: 1000, after: first.next ?? "" });
  const paths = again.nodes.map(({ path }) => path);
  expect(paths).toContain("/A/new");
  expect(paths.filter((path) => path !== "/A/new")).toEqual(rest.nodes.map(({ path }) => path));
});

describe("a place that is none is refused", () => {
  const refuse = async (
    after: string,
    sort: SortKey[] = [],
    message = "is no place in a search",
  ): Promise<void> => {
    await expect(searchNodes(db.database, { after, sort })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(message),
    });
  };
  const encode = (value: unknown): string =>
    Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

  test.each([
    ["", ""],
    ["words", "no place"],
    ["no JSON", encode("{")],
    ["an object", encode({})],
    ["null", encode(null)],
    ["a list", encode([])],
    ["no id", encode([[], []])],
    ["an id that is a text", encode([[], [], "1; drop table nodes"])],
    ["an id beyond int4", encode([[], [], 2 ** 31])],
    ["an id with a fraction", encode([[], [], 1.5])],
    ["more than there is", encode([[], [], 1, 2])],
    ["values without an order", encode([[], ["1"], 1])],
  ])("%s", (_name, after) => refuse(after));

  test.each([
    ["a value that is no JSON", ["1)::jsonb; drop table nodes; --"]],
    ["a value that is no text", [1]],
    ["U+0000", ['"\\u0000"']],
    ["half a pair", ['"\\ud800"']],
    ["a number beyond numeric", ["1e200000"]],
    ["too deep a value", [`${"[".repeat(2000)}${"]".repeat(2000)}`]],
  ])("%s", (_name, list) => refuse(encode([[[["s"], false]], list, 1]), [up("s")]));

  test("of another order", async () => {
    const { next } = await searchNodes(db.database, { sort: [up("s")], limit: 1 });
    for (const sort of [[], [down("s")], [up("t")], [up("s"), up("t")], [up("s", "t")]]) {
      await refuse(next ?? "", sort, "belongs to a search with another order");
    }
    await searchNodes(db.database, { sort: [{ path: ["s"], descending: false }], after: next ?? "" });
  });
});

test("a stream that is left early gives its connection back", async () => {
  for (let round = 0; round < 10; round++) {
    for await (const { path } of streamNodes(db.database, { dataset: "A" })) {
      expect(path).toMatch(/^\/A\//);
      break;
    }
  }
  expect(await db.value("select 1")).toBe(1);
});
