// Layouts guessed from plain descriptions of files.

import { describe, expect, it } from "vitest";
import { guessLayout } from "../../../src/ingest/inspect/guessLayout.ts";
import type { DatasetFacts, FileFacts, Tallied } from "../../../src/ingest/inspect/types.ts";

const array = (path: string, shape: number[], digest: string | null = null): DatasetFacts => ({
  path,
  shape,
  dataType: "float64",
  values: digest === null ? null : { digest, low: 0, high: 9, texts: [] },
});

const number = (path: string, value: number): DatasetFacts => ({
  path,
  shape: [],
  dataType: "float64",
  values: { digest: String(value), low: value, high: value, texts: [] },
});

const words = (path: string, value: string): DatasetFacts => ({
  path,
  shape: [],
  dataType: "text",
  values: { digest: value, low: null, high: null, texts: [value] },
});

const file = (name: string, datasets: DatasetFacts[], attributes: DatasetFacts[] = []): FileFacts => ({
  name,
  datasets,
  attributes,
  problems: [],
  isWhole: true,
});

const pathsOf = (found: readonly Tallied[]): string[] => found.map(({ path }) => path);

describe("per_entity", () => {
  const scan = (name: string, T_K: number, more: DatasetFacts[] = []): FileFacts =>
    file(name, [number("/T_K", T_K), array("/map", [4, 5]), array("/q", [5], "q"), ...more]);

  it("has single values at the root as parameters, with their range, and equal axes as shared", () => {
    const { sections } = guessLayout([scan("a.h5", 4), scan("b.h5", 300)]);
    expect(sections).toMatchObject({
      layout: "per_entity",
      entities: 2,
      parameters: { location: "root_scalars", group: null, found: [{ path: "/T_K", low: 4, high: 300 }] },
      artifacts: [{ type: "map", path: "/map", shapes: [[4, 5]], count: 2 }],
      shared: [{ type: "q", path: "/q" }],
      extraMetadata: [],
      unsure: [],
    });
  });

  it("of one file cannot tell what is shared, and says so", () => {
    const { sections } = guessLayout([scan("a.h5", 4)]);
    expect(pathsOf(sections.artifacts)).toEqual(["/map", "/q"]);
    expect(sections.shared).toEqual([]);
    expect(sections.unsure).toEqual([expect.stringMatching(/^one file only/)]);
  });

  it("finds parameters in the group with most single numbers; other single values are extra metadata", () => {
    const one = (value: number): DatasetFacts[] => [
      words("/title", "x"),
      number("/model/J", value),
      number("/model/D", value),
      number("/fit/chi2", value),
      array("/map", [3]),
    ];
    const { sections } = guessLayout([file("a.h5", one(1)), file("b.h5", one(2))]);
    expect(sections.parameters).toMatchObject({ location: "group", group: "/model" });
    expect(pathsOf(sections.parameters.found)).toEqual(["/model/J", "/model/D"]);
    expect(pathsOf(sections.extraMetadata)).toEqual(["/title", "/fit/chi2"]);
  });

  it("takes arrays of one value for values, where most arrays are such", () => {
    const ones = ["/set/J", "/set/D", "/other/B"].map((path) => ({ ...number(path, 1), shape: [1] }));
    const { sections } = guessLayout([file("a.h5", [...ones, array("/map", [3])])]);
    expect(sections.parameters).toMatchObject({ location: "group", group: "/set" });
    expect(pathsOf(sections.extraMetadata)).toEqual(["/other/B"]);
    expect(pathsOf(sections.artifacts)).toEqual(["/map"]);
  });

  it("takes the attributes of the root where there is no single value", () => {
    const attributes = [number("T_K", 4), words("sample", "NiPS3")];
    const files = ["a.h5", "b.h5"].map((name) => file(name, [array("/map", [3])], attributes));
    const { sections } = guessLayout(files);
    expect(sections.parameters).toMatchObject({
      location: "root_attributes",
      found: [{ path: "T_K" }, { path: "sample" }],
    });
  });

  it("counts what is not in every file", () => {
    const { sections } = guessLayout([
      scan("a.h5", 1),
      scan("b.h5", 2, [array("/fit", [9])]),
      scan("c.h5", 3),
    ]);
    expect(sections.artifacts).toMatchObject([
      { path: "/map", count: 3 },
      { path: "/fit", count: 1 },
    ]);
    expect(sections.of).toBe(3);
  });

  it("names a single value as the artifact where there is no array", () => {
    const { sections } = guessLayout([file("a.h5", [number("/T_K", 1)]), file("b.h5", [number("/T_K", 2)])]);
    expect(sections.artifacts).toMatchObject([{ type: "T_K", path: "/T_K" }]);
    expect(sections.unsure).toEqual([expect.stringMatching(/^there is no array/)]);
  });
});

describe("batched", () => {
  const batch = (rows: number): DatasetFacts[] => [
    array("/spectra", [rows, 151, 40]),
    array("/params/tenDq", [rows]),
    array("/params/sigma", [rows]),
    array("/log_probs", [rows]),
    array("/eloss", [151], "eloss"),
    words("/title", "x"),
  ];

  it("is one leading length of arrays and columns, which may differ from file to file", () => {
    const { sections } = guessLayout([file("a.h5", batch(12)), file("b.h5", batch(151))]);
    expect(sections).toMatchObject({
      layout: "batched",
      entities: 163,
      parameters: { location: "group", group: "/params" },
      artifacts: [{ path: "/spectra", shapes: [[151, 40]], count: 2 }],
    });
    expect(pathsOf(sections.parameters.found)).toEqual(["/params/tenDq", "/params/sigma"]);
    expect(pathsOf(sections.extraMetadata)).toEqual(["/log_probs"]);
    expect(pathsOf(sections.leftOut as unknown as Tallied[])).toEqual(["/title"]);
  });

  it("has what lacks the leading length as shared axes", () => {
    const { sections } = guessLayout([file("a.h5", batch(12)), file("b.h5", batch(20))]);
    expect(sections.shared).toMatchObject([{ type: "eloss", path: "/eloss", isSame: true }]);
  });

  it("is not a map beside its axis", () => {
    const map = [number("/T_K", 1), array("/E", [200]), array("/I", [200]), array("/map", [200, 400])];
    expect(guessLayout([file("a.h5", [...map, number("/B_T", 1)])]).sections.layout).toBe("per_entity");
    expect(guessLayout([file("a.h5", [array("/E", [200]), array("/map", [200, 400])])]).sections.layout).toBe(
      "per_entity",
    );
  });
});

describe("grouped", () => {
  const samples = (base: string, names: readonly string[]): DatasetFacts[] =>
    names.flatMap((name, index) => [
      number(`${base}/${name}/T_K`, index),
      array(`${base}/${name}/data/counts`, [3]),
      words(`${base}/${name}/fit/state`, "done"),
    ]);

  it("is subgroups of one group that look alike, whatever their names", () => {
    const { sections } = guessLayout([
      file("a.h5", [words("/title", "x"), array("/q", [9]), ...samples("/samples", ["s1", "s2", "s3"])]),
      file("b.h5", samples("/samples", ["s4", "s5", "s6"])),
    ]);
    expect(sections).toMatchObject({
      layout: "grouped",
      entityGroup: "/samples",
      entities: 6,
      parameters: {
        location: "group_scalars",
        group: null,
        found: [{ path: "/T_K", low: 0, high: 2, count: 6 }],
      },
      artifacts: [{ type: "counts", path: "/data/counts", count: 6 }],
      shared: [{ path: "/q" }],
      leftOut: [{ path: "/title" }],
      unsure: [],
    });
    expect(pathsOf(sections.extraMetadata)).toEqual(["/fit/state"]);
  });

  it("leaves out the last group of a file that was not looked at to its end", () => {
    const datasets = samples("", ["s1", "s2", "s3", "s4", "s5", "s6"]).slice(0, -2);
    const { sections } = guessLayout([{ ...file("a.h5", datasets), isWhole: false }]);
    expect(sections).toMatchObject({ layout: "grouped", entities: 5, artifacts: [{ count: 5 }] });
    expect(sections.unsure).toEqual([expect.stringMatching(/^a file holds more than was looked at/)]);
  });

  it("is unsure of a few groups", () => {
    const { sections } = guessLayout([file("a.h5", samples("", ["s1", "s2"]))]);
    expect(sections).toMatchObject({ layout: "grouped", entityGroup: "/" });
    expect(sections.unsure).toEqual([expect.stringMatching(/^only 2 groups/)]);
  });

  it("is not groups of single values, as the parts of an instrument are", () => {
    const motors = ["x", "y", "z"].flatMap((name) => [
      number(`/${name}/value`, 1),
      number(`/${name}/limit`, 2),
    ]);
    const ones = motors.map((motor) => ({ ...motor, shape: [1] }));
    expect(guessLayout([file("a.h5", ones)]).sections.layout).toBe("per_entity");
  });

  it("is not a few parts that every file has", () => {
    const parts = ["low", "high"].flatMap((name) => [array(`/${name}/x`, [3]), array(`/${name}/y`, [3])]);
    const { sections } = guessLayout(
      ["a.h5", "b.h5"].map((name) => file(name, [...parts, number("/T_K", 1)])),
    );
    expect(sections.layout).toBe("per_entity");
    expect(sections.artifacts.map(({ type }) => type)).toEqual(["low_x", "low_y", "high_x", "high_y"]);
  });
});

describe("files of several kinds", () => {
  const scan = (name: string): FileFacts => file(name, [number("/T_K", 1), array("/map", [4, 5])]);
  const other = (name: string, path: string): FileFacts =>
    file(name, [array(path, [2]), words("/note", "x")]);

  it("leave the largest family to describe, when most files are of it", () => {
    const { sections, described, others } = guessLayout([
      other("c.h5", "/white"),
      scan("s1.h5"),
      scan("s2.h5"),
      file("empty.h5", []),
    ]);
    expect(described.map(({ name }) => name)).toEqual(["s1.h5", "s2.h5"]);
    expect(others.map(({ name }) => name)).toEqual(["c.h5", "empty.h5"]);
    expect(pathsOf(sections.artifacts)).toEqual(["/map"]);
  });

  it("are an entity each, with all that any of them has, when nothing is alike", () => {
    const files = [other("a.h5", "/dark"), other("b.h5", "/white"), other("c.h5", "/flat")];
    const { sections, others } = guessLayout(files);
    expect(others).toEqual([]);
    expect(sections).toMatchObject({ layout: "per_entity", of: 3, shared: [] });
    expect(sections.artifacts.map(({ path, count }) => [path, count])).toEqual([
      ["/dark", 1],
      ["/white", 1],
      ["/flat", 1],
    ]);
    expect(sections.parameters).toMatchObject({
      location: "root_scalars",
      found: [{ path: "/note", count: 3 }],
    });
    expect(sections.unsure[0]).toMatch(/^the files do not look alike/);
  });
});
