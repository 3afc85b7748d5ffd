// What is known of a row from the rows before it, and the closure that follows from that.

import { describe, expect, test } from "vitest";
import type { NodeRecord } from "../../src/catalog/index.ts";
import { closureChunks } from "../../src/catalog/plainClosure.ts";
import { OrdinalList, RowLinks } from "../../src/catalog/rowLinks.ts";
import { pathText } from "../../src/catalog/staging.ts";
import { array, container, dataset } from "../support/nodes.ts";

/** As the encoder does it; a row whose key is "bad" is refused. */
function linkAll(links: RowLinks, nodes: readonly NodeRecord[]): (readonly [number | null, number | null])[] {
  return nodes.map((node, ordinal) => {
    const parentPath = pathText(node.parentPath);
    const link = links.find(ordinal, node, parentPath);
    if (node.key === "bad") links.refuse();
    else links.keep(ordinal, node, parentPath, link);
    return [link.parent, link.file];
  });
}

function closureOf(links: RowLinks, firstId: number): string[] {
  const chunks = [...closureChunks(links.parents, firstId)];
  const lines = chunks.flatMap(({ bytes }) => bytes.toString().trimEnd().split("\n"));
  expect(chunks.reduce((sum, { rows }) => sum + rows, 0)).toBe(lines.length);
  return lines.map((line) => line.replaceAll("\t", " "));
}

describe("links", () => {
  test("the parent, and the first row of the file", () => {
    const links = new RowLinks();
    const nodes = [
      container("/P"),
      container("/P/H"),
      array("/P/H/a", { files: ["/data/1.h5"] }),
      array("/P/H/b", { files: ["/data/1.h5"] }),
      array("/P/c", { files: ["/data/2.h5"] }),
      array("/d", { files: ["/data/1.h5"] }),
    ];
    expect(linkAll(links, nodes)).toEqual([
      [null, null],
      [0, null],
      [1, 2],
      [1, 2],
      [0, 4],
      [null, 2],
    ]);
    expect(links).toMatchObject({ areComplete: true, mayRepeatFiles: false });
  });

  test.each([
    ["comes after its child", [array("/P/a"), container("/P")]],
    ["is no container", [array("/P"), array("/P/a")]],
    ["was refused", [container("/bad"), array("/bad/a")]],
  ])("incomplete where the parent %s", (_, nodes) => {
    const links = new RowLinks();
    linkAll(links, nodes);
    expect(links.areComplete).toBe(false);
  });

  test.each([
    ["has several files", [array("/a", { files: ["/data/1.h5", "/data/2.h5"] })]],
    [
      "describes a file in another way",
      [array("/a", { files: ["/data/1.h5"], size: 5 }), array("/b", { files: ["/data/1.h5"], size: 6 })],
    ],
  ])("incomplete where a row %s, and nothing is kept from then on", (_, nodes) => {
    const links = new RowLinks();
    const rows = linkAll(links, [...nodes, container("/P"), container("/P/Q")]);
    expect(links.areComplete).toBe(false);
    expect(links.parents.length).toBe(0);
    expect(rows.at(-1)).toEqual([null, null]);
  });

  test("a refused row brings no file and has no place in the closure", () => {
    const links = new RowLinks();
    const rows = linkAll(links, [
      container("/P"),
      array("/P/bad", { files: ["/data/1.h5"] }),
      array("/P/a", { files: ["/data/1.h5"] }),
    ]);
    expect(rows.at(-1)).toEqual([0, 2]);
    expect(closureOf(links, 10)).toEqual(["0 0 0", "10 10 0", "0 10 1", "12 12 0", "10 12 1", "0 12 2"]);
  });

  test("what is in use is not forgotten, what is forgotten is not taken for new without a word", () => {
    const links = new RowLinks(10);
    const nodes = [container("/P")];
    for (let index = 0; index < 40; index++) {
      nodes.push(container(`/P/H_${index}`), array(`/P/H_${index}/a`, { files: [`/data/${index}.h5`] }));
    }
    const rows = linkAll(links, nodes);
    expect(rows.at(-1)).toEqual([79, 80]);
    expect(rows.at(-2)).toEqual([0, null]);
    expect(links).toMatchObject({ areComplete: true, mayRepeatFiles: true });

    linkAll(links, [array("/P/H_3/b")]);
    expect(links.areComplete).toBe(false);
  });
});

test("the closure of a large tree, in several chunks, is that of climbing from every node", () => {
  const links = new RowLinks();
  const nodes = [
    ...dataset("A", 1000, 4),
    container("/A/H_7/deep"),
    container("/A/H_7/deep/er"),
    array("/x"),
  ];
  linkAll(links, nodes);
  const ids = new Map(nodes.map((node, index) => [`${pathText(node.parentPath)}/${node.key}`, index + 500]));
  const expected = ["0 0 0"];
  for (const [path, id] of ids) {
    const segments = path.split("/").slice(1);
    segments.forEach((_, up) => {
      expected.push(`${ids.get(`/${segments.slice(0, segments.length - up).join("/")}`)} ${id} ${up}`);
    });
    expected.push(`0 ${id} ${segments.length}`);
  }
  expect([...closureChunks(links.parents, 500)].length).toBeGreaterThan(2);
  expect(closureOf(links, 500).toSorted()).toEqual(expected.toSorted());
});

describe("a list of ordinals", () => {
  test("holds them beyond its first block, and knows its end", () => {
    const list = new OrdinalList();
    for (let index = 0; index < 70_000; index++) list.push(index - 2);
    expect(list.length).toBe(70_000);
    expect([0, 65_535, 65_536, 69_999].map((index) => list.at(index))).toEqual([-2, 65_533, 65_534, 69_997]);
    expect(() => list.at(70_000)).toThrow(RangeError);
    expect(() => list.at(-1)).toThrow(RangeError);
  });
});
