// Metadata goes through byte for byte, or its record stays out.

import { describe, expect, test } from "vitest";
import { asJsonText } from "../../../src/json.ts";
import { useDatabase } from "../../support/database.ts";
import { array, container, json, listPaths, load } from "../../support/nodes.ts";

const db = useDatabase();

const texts: [string, string][] = [
  ["tab", "a\tb"],
  ["newline", "a\nb"],
  ["carriage return and newline", "a\r\nb\r"],
  ["backspace, form feed, vertical tab", "\b\f\v"],
  ["backslashes", "C:\\new\\table\\\\x41\\101"],
  ["the mark for NULL", "\\N"],
  ["the mark for the end of the data", "\\."],
  ["a line of its own with the mark for the end", "a\n\\.\nb"],
  ["quotes", `"'""''`],
  ["the empty string", ""],
  ["control characters", "\u0001\u001f\u007f"],
  ["combining and right-to-left", "e\u0301 \u05d0\u202e"],
  ["astral", "😀𝒳"],
  ["line separators", "\u2028\u2029\ufeff"],
];

describe("odd text in metadata comes back as it was", () => {
  test.each(texts)("%s", async (name, text) => {
    await load(db.database, [container(`/text ${name}`, { text, [text]: [text] })]);
    expect(await db.value("select metadata from nodes where key = $1", [`text ${name}`])).toEqual({
      text,
      [text]: [text],
    });
  });
});

test("numbers keep their digits and their fraction", async () => {
  const numbers =
    '{"big":12345678901234567890.123456789,"float":1.0,"whole":1,"round":100000000000000000000.0}';
  await load(db.database, [{ ...container("/numbers"), metadata: asJsonText(numbers) }]);
  const [row] = await db.rows<{ big: string; float: string; whole: string; round: string }>(`
    select metadata ->> 'big' as big, metadata ->> 'float' as float, metadata ->> 'whole' as whole,
      metadata ->> 'round' as round
    from nodes where key = 'numbers'`);
  expect(row).toEqual({
    big: "12345678901234567890.123456789",
    float: "1.0",
    whole: "1",
    round: "100000000000000000000.0",
  });
});

test("a long text of one word repeated goes in", async () => {
  const { report } = await load(db.database, [container("/repeated", { text: "word ".repeat(400_000) })]);
  expect(report.nodes.inserted).toBe(1);
});

describe("metadata with more distinct words than the full-text index takes", () => {
  const words = Array.from({ length: 80_000 }, (_, index) => `word${index}`).join(" ");
  const huge = (path: string) => container(path, { text: words });

  test("is one reject, its children follow it, and the rest goes in", async () => {
    const { report, rejects } = await load(db.database, [
      container("/large"),
      huge("/large/huge"),
      array("/large/huge/x"),
      container("/large/small"),
    ]);
    expect(report.nodes).toMatchObject({ inserted: 2, rejected: 2 });
    expect(rejects.map(({ code, position }) => [code, position])).toEqual([
      ["metadata_too_long", "/large/huge"],
      ["parent_missing", "/large/huge/x"],
    ]);
    expect(JSON.parse(rejects[0]?.record ?? "")).toMatchObject({ metadata: { text: words } });
    expect(await listPaths(db)).toEqual(expect.arrayContaining(["/large", "/large/small"]));
  });

  test.each(["skip", "update"] as const)(
    "leaves the place to another record of the same path under %s",
    async (policy) => {
      const path = `/again-${policy}`;
      const { report } = await load(
        db.database,
        [huge(path), container(path, { small: 1 }), container(path, { small: 2 }), huge(path)],
        { policy },
      );
      expect(report.nodes).toMatchObject({ inserted: 1, skipped: 1, rejected: 2 });
      expect(
        await db.value("select metadata from nodes where parent = 0 and key = $1", [path.slice(1)]),
      ).toEqual({
        small: policy === "skip" ? 1 : 2,
      });
    },
  );

  test("is refused for a node that is there, which keeps what it has", async () => {
    await load(db.database, [container("/kept", { version: 1 })]);
    const { report } = await load(db.database, [huge("/kept")], { policy: "update" });
    expect(report.nodes).toMatchObject({ updated: 0, rejected: 1 });
    expect(await db.value("select metadata from nodes where key = 'kept'")).toEqual({ version: 1 });
  });
});

test("specs come back in their order", async () => {
  const specs = [
    { name: "b", version: null },
    { name: "a", version: "1.0" },
  ];
  await load(db.database, [{ ...container("/specs"), specs: json(specs) }]);
  expect(await db.value("select specs from nodes where key = 'specs'")).toEqual(specs);
});
