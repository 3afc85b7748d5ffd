// Random conditions over random metadata, against the same written in JavaScript: the same nodes, with and without
// promoted keys.

import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { and, type Condition, countNodes, key, nodeKey, not, or } from "../../../src/catalog/index.ts";
import { addPromotedKey } from "../../../src/catalog/promoted/addPromotedKey.ts";
import { useDatabase } from "../../support/database.ts";
import { container, load } from "../../support/nodes.ts";
import { fc } from "../../support/property.ts";
import { find } from "./catalog.support.ts";

const db = useDatabase();

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const scalar: fc.Arbitrary<Json> = fc.constantFrom(
  null,
  true,
  false,
  -1.5,
  0,
  1,
  2,
  1e25,
  "",
  "a",
  "ab",
  "b",
  "1",
  "%",
);
const small: fc.Arbitrary<Json> = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }));
const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(small, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom("a", "b", "0"), small, { maxKeys: 2 }) },
);
const metadata = fc.dictionary(fc.constantFrom("a", "b", "odd key"), value, { maxKeys: 3 });

const path = fc.constantFrom(
  ["a"],
  ["b"],
  ["odd key"],
  ["a", "b"],
  ["a", "0"],
  ["b", "-1"],
  ["b", "1", "0"],
  ["c"],
);

const pattern = fc
  .array(fc.constantFrom("a", "b", "%", "_", "\\%", "1"), { maxLength: 3 })
  .map((parts) => parts.join(""));

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .tuple(path, fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge"), scalar)
    .map(([keys, operator, wanted]) => key(keys)[operator](wanted)),
  fc
    .tuple(path, fc.constantFrom("eq", "ne"), value)
    .map(([keys, operator, wanted]) => key(keys)[operator](wanted)),
  fc.tuple(path, fc.array(value, { maxLength: 3 })).map(([keys, wanted]) => key(keys).in(wanted)),
  fc
    .tuple(path, scalar, scalar)
    .filter(([, low, high]) => typeName(low) === typeName(high))
    .map(([keys, low, high]) => key(keys).between(low, high)),
  fc.tuple(path, pattern).map(([keys, wanted]) => key(keys).like(wanted)),
  fc.tuple(path, scalar).map(([keys, wanted]) => key(keys).contains(wanted)),
  path.map((keys) => key(keys).exists()),
  fc
    .array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 })
    .map((ids) => nodeKey(...ids.map((id) => `n_${id}`))),
);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    tie("condition").map(not),
    fc.array(tie("condition"), { maxLength: 3 }).map((all) => and(...all)),
    fc.array(tie("condition"), { maxLength: 3 }).map((all) => or(...all)),
  ),
}));

function typeName(one: Json): string {
  return one === null ? "null" : Array.isArray(one) ? "array" : typeof one;
}

/** As `#>` goes: a number is the place of an element in a list, and a key in an object. */
function valueAt(data: Json, keys: readonly string[]): Json | undefined {
  let found: Json | undefined = data;
  for (const name of keys) {
    if (Array.isArray(found)) found = /^-?\d+$/.test(name) ? found.at(Number(name)) : undefined;
    else if (typeof found === "object" && found !== null && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return found;
}

function compare(one: Json, other: Json): number {
  if (one === other) return 0;
  return (one as number) < (other as number) ? -1 : 1;
}

function isLike(text: string, wanted: string): boolean {
  const source = wanted.replace(/\\?[\s\S]/g, (part) =>
    part === "%"
      ? "[\\s\\S]*"
      : part === "_"
        ? "[\\s\\S]"
        : part.slice(-1).replace(/[%_\\^$.*+?()[\]{}|-]/, "\\$&"),
  );
  return new RegExp(`^${source}$`).test(text);
}

interface Node {
  name: string;
  data: Json;
}

function fits(node: Node, one: Condition): boolean {
  switch (one.kind) {
    case "and":
      return one.conditions.every((child) => fits(node, child));
    case "or":
      return one.conditions.some((child) => fits(node, child));
    case "not":
      return !fits(node, one.condition);
    case "key":
      return one.keys.includes(node.name);
    case "text":
    case "spec":
    case "family":
      throw new Error("not in this test");
    default: {
      const found = valueAt(node.data, one.path);
      return found !== undefined && fitsValue(found, one);
    }
  }
}

type OfKey = Extract<Condition, { path: readonly string[] }>;

function fitsValue(found: Json, one: OfKey): boolean {
  const parse = (text: string): Json => JSON.parse(text) as Json;
  switch (one.kind) {
    case "has":
      return true;
    case "in":
      return one.values.some((text) => isDeepStrictEqual(found, parse(text)));
    case "like":
      return typeof found === "string" && isLike(found, one.pattern);
    case "contains": {
      const wanted = parse(one.value);
      if (Array.isArray(found)) return found.some((element) => element === wanted);
      return typeof found === "string" && found.includes(typeof wanted === "string" ? wanted : one.value);
    }
    case "between": {
      const [low, high] = [parse(one.low), parse(one.high)];
      return typeName(found) === typeName(low) && compare(found, low) >= 0 && compare(found, high) <= 0;
    }
    case "compare": {
      const wanted = parse(one.value);
      if (one.operator === "eq") return isDeepStrictEqual(found, wanted);
      if (one.operator === "ne") return !isDeepStrictEqual(found, wanted);
      if (typeName(found) !== typeName(wanted)) return false;
      const order = compare(found, wanted);
      return { lt: order < 0, le: order <= 0, gt: order > 0, ge: order >= 0 }[one.operator];
    }
  }
}

test.each([
  ["without promoted keys", [] as string[][]],
  ["with promoted keys", [["a"], ["odd key"], ["a", "b"]]],
])("random conditions find what they should, %s", async (name, promoted) => {
  const dataset = promoted.length === 0 ? "plain" : "promoted";
  const nodes: Node[] = fc
    .sample(metadata, { numRuns: 300, seed: promoted.length })
    // Through JSON, since some of them have no prototype.
    .map((data, index) => ({ name: `n_${index}`, data: JSON.parse(JSON.stringify(data)) as Json }));
  await load(db.database, [
    container(`/${dataset}`),
    ...nodes.map((node) => container(`/${dataset}/${node.name}`, node.data as object)),
  ]);
  for (const keys of promoted) await addPromotedKey(db.database, keys, {});
  await db.rows("analyze nodes");
  let matches = 0;
  await fc.assert(
    fc.asyncProperty(condition, async (where) => {
      const wanted = nodes.filter((node) => fits(node, where)).map((node) => `/${dataset}/${node.name}`);
      matches += wanted.length;
      expect((await find(db.database, where, { dataset })).sort()).toEqual(wanted.sort());
      expect(await countNodes(db.database, { dataset, where })).toBe(wanted.length);
    }),
    { numRuns: 300 },
  );
  expect(matches, name).toBeGreaterThan(0);
});
