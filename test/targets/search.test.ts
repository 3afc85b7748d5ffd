// Search over all targets finds what one catalog with all of their datasets would: page by page, for random queries.

import { beforeAll, expect, test } from "vitest";
import {
  and,
  type Condition,
  distinctValues,
  type FoundNode,
  facets,
  key,
  nodeKey,
  not,
  or,
  type PageQuery,
  type SearchQuery,
  type SortKey,
  searchNodes,
  streamNodes,
  structureFamily,
} from "../../src/catalog/index.ts";
import {
  closeTargets,
  countTargets,
  distinctTargets,
  facetsTargets,
  type OpenedTarget,
  openTargets,
  searchTargets,
  streamTargets,
} from "../../src/targets/index.ts";
import { withText } from "../catalog/search/catalog.support.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { array, container, load } from "../support/nodes.ts";
import { fc } from "../support/property.ts";
import { useTargets } from "./support.ts";

const targets = useTargets(useFolder(), { east: ["A", "B"], west: ["C"], north: [] });
const merged = useDatabase();
const datasets: readonly [target: string, dataset: string][] = [
  ["east", "A"],
  ["east", "B"],
  ["west", "C"],
  ["north", "D"],
];

/** As JSON text: equal numbers with other digits, and some that a float64 cannot hold. */
const scalars = [
  "null",
  "true",
  "false",
  "0",
  "-1.5",
  "1",
  "1.0",
  "2",
  "10",
  "9007199254740992",
  "9007199254740993",
  "1e300",
  "-1e-300",
  '""',
  '"a"',
  '"B"',
  '"b"',
  '"ä"',
  '"a b"',
  '"a-b"',
  '"日本"',
  '"😀"',
  '"\\n"',
  '"10"',
  '"9"',
  `"it's \\"x\\" \\\\ {,}"`,
];
const scalar = fc.constantFrom(...scalars);
const list = fc.array(scalar, { maxLength: 2 }).map((all) => `[${all.join(",")}]`);
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: list },
  { weight: 1, arbitrary: scalar.map((text) => `{"s":${text}}`) },
);
const metadata = fc
  .record({ s: value, t: scalar, source: fc.constantFrom('"X"', '"Y"') }, { requiredKeys: [] })
  .map((data) => Object.entries(data).map(([name, text]) => `${JSON.stringify(name)}:${text}`))
  .map((entries) => `{${entries.join(",")}}`);

let opened: OpenedTarget[] = [];

beforeAll(async () => {
  const samples = fc.sample(metadata, { numRuns: 72, seed: 7 });
  for (const [place, [target, dataset]] of datasets.entries()) {
    const own = samples.filter((_text, index) => index % datasets.length === place);
    const nodes = [
      withText(`/${dataset}`, own[0] ?? "{}"),
      ...own.map((text, index) => withText(`/${dataset}/n_${index}`, text)),
      ...own
        .slice(0, 8)
        .map((text, index) => array(`/${dataset}/n_${index}/a`, { metadata: JSON.parse(text) as object })),
    ];
    const database = targets.databases[target]?.database;
    if (database !== undefined) await load(database, nodes);
    await load(merged.database, nodes);
  }
  await load(merged.database, [container("/E")]);
  if (targets.databases.north !== undefined) await load(targets.databases.north.database, [container("/E")]);
  opened = await openTargets(await targets.read());
  return () => closeTargets(opened);
});

const path = fc.constantFrom(["s"], ["t"], ["s", "s"], ["s", "0"], ["source"], ["nowhere"]);
const json = (text: string): unknown => JSON.parse(text) as unknown;

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .tuple(path, fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge"), scalar)
    .map(([keys, operator, wanted]) => key(keys)[operator](json(wanted))),
  fc.tuple(path, fc.array(scalar, { maxLength: 3 })).map(([keys, all]) => key(keys).in(all.map(json))),
  path.map((keys) => key(keys).exists()),
  path.map((keys) => key(keys).like("%a%")),
  fc.constantFrom("X", "Y", "Z").map((source) => key("source").eq(source)),
  fc.constantFrom("container", "array").map(structureFamily),
  fc.constantFrom("n_1", "n_2", "a").map((name) => nodeKey(name, "n_3")),
);
const where: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(and()) },
  { weight: 2, arbitrary: leaf },
  { weight: 1, arbitrary: leaf.map(not) },
  { weight: 1, arbitrary: fc.tuple(leaf, leaf).map(([one, other]) => or(one, not(other))) },
);
const sort: fc.Arbitrary<SortKey[]> = fc.array(fc.record({ path, descending: fc.boolean() }), {
  maxLength: 2,
});
const scope: fc.Arbitrary<SearchQuery> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.constant({ under: "/" }) },
  fc.constantFrom("A", "C", "/D", "E", "/", "A/n_1").map((dataset) => ({ dataset })),
  fc.constantFrom("B", "/C", "D/n_0").map((under) => ({ under })),
);
const query = fc
  .record({
    where,
    sort,
    scope,
    // Of these one for each query: a stream is the pages, distinct values are one facet.
    besides: fc.constantFrom("stream", "distinct", "facets"),
    limit: fc.constantFrom(12, 25, 40, 100),
    most: fc.constantFrom(1, 3, 1000),
  })
  .map(({ scope: place, ...rest }) => ({ ...rest, query: { ...place, where: rest.where, sort: rest.sort } }));

interface Page {
  nodes: FoundNode[];
  next: string | null;
}

async function readPages(read: (query: PageQuery) => Promise<Page>, asked: PageQuery): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await read({ ...asked, ...(after === undefined ? {} : { after }) });
    pages.push(page);
    after = page.next;
  }
  return pages;
}

/** Ids are those of each catalog. */
const plain = ({ nodes }: { nodes: FoundNode[] }): unknown[] =>
  nodes.map(({ path: at, structureFamily: family, metadata: data }) => [at, family, data]);

async function all(nodes: AsyncIterable<FoundNode>): Promise<unknown[]> {
  const found: FoundNode[] = [];
  for await (const node of nodes) found.push(node);
  return plain({ nodes: found });
}

const missing: string[] = [];

/** What else is asked, and compared with what one catalog says. */
const ask = {
  async stream(asked: SearchQuery) {
    const [wanted, found] = [streamNodes(merged.database, asked), streamTargets(opened, asked)];
    expect(await all(found)).toEqual(await all(wanted));
  },
  async distinct(asked: SearchQuery, options: { limit: number }) {
    const values = await distinctValues(merged.database, asked, ["s"], options);
    expect(await distinctTargets(opened, asked, ["s"], options)).toEqual({ values, missing });
  },
  async facets(asked: SearchQuery, options: { limit: number }) {
    const paths = [["s"], ["t"], ["s", "s"]];
    const wanted = await facets(merged.database, asked, paths, options);
    expect(await facetsTargets(opened, asked, paths, options)).toEqual({ facets: wanted, missing });
  },
};

test("1,000 random queries have the pages, streams, counts and values of one catalog", {
  timeout: 300_000,
}, async () => {
  let severalPages = 0;
  await fc.assert(
    fc.asyncProperty(query, async ({ query: asked, limit, most, besides }) => {
      const [wanted, found, counted] = await Promise.all([
        readPages((page) => searchNodes(merged.database, page), { ...asked, limit }),
        readPages((page) => searchTargets(opened, page), { ...asked, limit }),
        countTargets(opened, asked),
        ask[besides](asked, { limit: most }),
      ]);
      expect(found.map(plain)).toEqual(wanted.map(plain));
      expect(counted).toEqual({ count: wanted.flatMap(plain).length, missing });
      if (wanted.length > 1) severalPages++;
    }),
    { numRuns: 1000 },
  );
  expect(severalPages).toBeGreaterThan(300);
});
