// Tables that fit a terminal, of texts that others wrote.

import { describe, expect, it } from "vitest";
import { formatFitTable } from "../../src/cli/fitTable.ts";
import { cutEnd, cutStart, safeLines, safeText, textWidth } from "../../src/cli/safeText.ts";

describe("texts of others", () => {
  it.each([
    ["plain", "Night Ferry.wav", "Night Ferry.wav"],
    ["letters of any script", "Béla 夜 ночь", "Béla 夜 ночь"],
    ["a code that clears the screen", "a\u001b[2Jb", "a\\u{1b}[2Jb"],
    ["ends of lines", "a\nb\r\u2028c", "a\\u{a}b\\u{d}\\u{2028}c"],
    ["one that turns the line around", "exe.\u202egpj", "exe.\\u{202e}gpj"],
    ["controls of eight bits", "\u009b31m", "\\u{9b}31m"],
    ["half a pair", "\ud800x", "\\u{d800}x"],
  ])("%s", (_name, text, shown) => {
    expect(safeText(text)).toBe(shown);
  });

  it("of several lines stay several lines", () => {
    expect(safeLines("one\ntwo\u001b[0m")).toBe("one\ntwo\\u{1b}[0m");
  });

  it("are as wide as a terminal shows them", () => {
    expect(["abc", "夜の船", "e\u0301", "🎵a"].map(textWidth)).toEqual([3, 6, 1, 3]);
  });

  it("are cut at either end, never within a character", () => {
    expect(cutEnd("abcdefgh", 6)).toBe("abc...");
    expect(cutStart("abcdefgh", 6)).toBe("...fgh");
    expect(cutEnd("夜の船夜の船", 8)).toBe("夜の...");
    expect(cutStart("🎵🎵🎵🎵", 7)).toBe("...🎵🎵");
    expect(cutEnd("short", 6)).toBe("short");
  });
});

describe("a table", () => {
  const rows = [
    {
      name: "a very long name of an artist who has many names",
      path: "music/deep/below/song.mp3",
      size: 1234,
    },
    { name: "b", path: "x", size: 5 },
  ];
  const columns = [
    { title: "name", text: ({ name }: (typeof rows)[0]) => name },
    { title: "size", text: ({ size }: (typeof rows)[0]) => String(size), isNumber: true },
    { title: "path", text: ({ path }: (typeof rows)[0]) => path, cut: "start" as const },
  ];

  it("is whole where there is no terminal", () => {
    const lines = formatFitTable(columns, rows, null).split("\n");
    expect(lines[1]).toBe(
      "a very long name of an artist who has many names  1234  music/deep/below/song.mp3",
    );
    expect(lines[2]).toMatch(/^b {52}5 {2}x$/);
  });

  it.each([79, 60, 40, 30])("fits %i columns, with numbers whole and the ends of paths", (width) => {
    const lines = formatFitTable(columns, rows, width).split("\n");
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
    expect(lines[1]).toContain("  1234  ");
    expect(lines[1]).toMatch(/song\.mp3$|\.\.\.g\.mp3$/);
    expect(lines[1]).toContain("...");
  });

  it("of nothing is its titles", () => {
    expect(formatFitTable(columns, [], 40)).toBe("name  size  path");
  });
});
