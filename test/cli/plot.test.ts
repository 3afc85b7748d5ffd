// Plots, character by character.

import { describe, expect, it } from "vitest";
import { plotArray } from "../../src/cli/plot.ts";
import { plotLine } from "../../src/cli/plotLine.ts";
import { plotMap } from "../../src/cli/plotMap.ts";
import { compoundType, doubles, makeArray, scalarType, texts } from "../catalog/read/arrays.support.ts";

const plain = { width: 40, hasColor: false };

/** The characters of a row of the plot, behind its label. */
const rowsOf = (plot: string) =>
  plot
    .split("\n")
    .slice(0, 16)
    .map((line) => line.replace(/^.*?[│┤]/, ""));

/** Dots that are set in a plot. */
const dots = (plot: string) =>
  [...plot].reduce((sum, character) => {
    const bits = character.charCodeAt(0) - 0x2800;
    return sum + (bits > 0 && bits < 256 ? bits.toString(2).replaceAll("0", "").length : 0);
  }, 0);

describe("a line", () => {
  it("rises from the lower left to the upper right, with its extent at the axis", () => {
    const plot = plotLine([0, 1, 2, 3], 30);
    const lines = plot.split("\n");
    expect(lines).toHaveLength(18);
    expect(lines[0]).toMatch(/^ {2}3 ┤ +\S+$/);
    expect(lines[8]).toMatch(/^1\.5 ┤/);
    expect(lines[15]).toMatch(/^ {2}0 ┤\S+$/);
    expect(lines[16]).toBe(`    └${"─".repeat(25)}`);
    expect(lines[17]).toBe(`     0${" ".repeat(23)}3`);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(30);
    // Each row further to the left than the one above.
    const starts = rowsOf(plot).map((row) => row.search(/\S/));
    expect(starts).toEqual([...starts].sort((a, b) => b - a));
  });

  it("is drawn through every column, however few or many the values are", () => {
    const width = 50;
    for (const length of [2, 3, 17, 1000, 100_000]) {
      const plot = plotLine(
        Float64Array.from({ length }, (_, index) => Math.sin((index / length) * 9)),
        width,
      );
      const rows = rowsOf(plot);
      const columns = Math.max(...rows.map((row) => row.length));
      for (let column = 0; column < columns; column++) {
        expect(rows.some((row) => (row[column] ?? " ") !== " ")).toBe(true);
      }
    }
  });

  it("shows a single spike among a million values", () => {
    const values = new Float64Array(1_000_000);
    values[777_777] = 5;
    const [top = ""] = rowsOf(plotLine(values, 60));
    expect(top.trim()).toHaveLength(1);
    expect(top.search(/\S/) / 57).toBeCloseTo(0.7777, 1);
  });

  it("leaves a gap where a value is not finite", () => {
    const whole = plotLine([1, 1, 1, 1, 1, 1, 1], 30);
    const broken = plotLine([1, 1, 1, Number.NaN, 1, 1, Number.POSITIVE_INFINITY], 30);
    expect(dots(broken)).toBeLessThan(dots(whole));
    expect(dots(broken)).toBeGreaterThan(10);
  });

  it("draws what is flat, what is one value, and says what is nothing", () => {
    expect(dots(plotLine([2, 2, 2], 30))).toBeGreaterThan(20);
    expect(dots(plotLine([7], 30))).toBe(1);
    expect(plotLine([], 30)).toBe("no values");
    expect(plotLine([Number.NaN], 30)).toBe("no finite values");
    expect(dots(plotLine([-1.7e308, 1.7e308], 30))).toBeGreaterThan(20);
    expect(plotLine([0, 1], 1).split("\n")).toHaveLength(18);
  });
});

describe("a map", () => {
  it("is shades from low to high, top row first, with a legend", () => {
    const grid = { values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], rows: 2, columns: 5 };
    expect(plotMap(grid, plain).split("\n")).toEqual(["0  .:-=", "1 +*#%@", "  0   4", "  0 | .:-=+*#%@| 9"]);
  });

  it("is averaged to the room there is", () => {
    const values = Array.from({ length: 600 * 400 }, (_, index) => (index % 400 < 200 ? 0 : 1));
    const lines = plotMap({ values, rows: 600, columns: 400 }, plain).split("\n");
    expect(lines).toHaveLength(26);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    expect(lines[3]).toBe(`    ${" ".repeat(18)}${"@".repeat(18)}`);
    expect(lines[23]?.startsWith("599 ")).toBe(true);
  });

  it("has two rows a line in colour, and sets the terminal back", () => {
    const grid = { values: [0, 1, 1, 0], rows: 2, columns: 2 };
    const [line] = plotMap(grid, { width: 40, hasColor: true }).split("\n");
    expect(line).toBe("0 \x1b[0;38;5;53;48;5;226m▀\x1b[0;38;5;226;48;5;53m▀\x1b[0m");
    const three = plotMap({ values: [0, 1, Number.NaN], rows: 3, columns: 1 }, { width: 40, hasColor: true });
    expect(three.split("\n")[1]).toBe("2 \x1b[0m \x1b[0m");
  });

  it("leaves blank what is not finite, and draws what is flat", () => {
    const grid = { values: [Number.NaN, 1, Number.POSITIVE_INFINITY, 0], rows: 2, columns: 2 };
    expect(plotMap(grid, plain).split("\n").slice(0, 2)).toEqual(["0  @", "1 "]);
    expect(plotMap({ values: [3, 3], rows: 1, columns: 2 }, plain)).toContain("3 | .:-=+*#%@| 3");
    expect(plotMap({ values: [], rows: 0, columns: 3 }, plain)).toBe("no values");
    expect(plotMap({ values: [Number.NaN], rows: 1, columns: 1 }, plain)).toBe("no finite values");
  });
});

describe("plotArray", () => {
  it("takes axes of length 1 away", () => {
    expect(plotArray(doubles([1, 4, 1], [0, 1, 2, 3]), plain)).toBe(plotLine([0, 1, 2, 3], 40));
    expect(plotArray(doubles([], [1]), plain)).toBe(plotLine([1], 40));
  });

  it("draws integers of 64 bits, booleans, and complex numbers by their magnitude", () => {
    const make = (code: string, bytes: ArrayBufferLike, length: number) =>
      makeArray({ dataType: scalarType(code), shape: [length], bytes: new Uint8Array(bytes) });
    const line = plotLine([0, 5, 1], 40);
    expect(plotArray(make("<i8", BigInt64Array.of(0n, 5n, 1n).buffer, 3), plain)).toBe(line);
    expect(plotArray(make("<c16", Float64Array.of(0, 0, 3, 4, 0, -1).buffer, 3), plain)).toBe(line);
    expect(plotArray(make("|b1", Uint8Array.of(0, 1).buffer, 2), plain)).toBe(plotLine([0, 1], 40));
  });

  it("refuses more than two axes with a slice that would do, and what are no numbers", () => {
    expect(() => plotArray(doubles([2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), plain)).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message: expect.stringContaining("such as the slice '0,:,:'"),
      }),
    );
    expect(() => plotArray(texts(2, ["a"]), plain)).toThrow("/D/e/a holds no numbers that can be plotted.");
    const compound = makeArray({ dataType: compoundType([["x", scalarType("<f8")]]), shape: [2] });
    expect(() => plotArray(compound, plain)).toThrow("holds no numbers");
    expect(() => plotArray(makeArray({ dataType: scalarType("<f16"), shape: [2] }), plain)).toThrow(
      "holds no numbers",
    );
  });
});
