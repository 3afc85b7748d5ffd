// What is remembered of files and arrays is bounded, and what is asked for again and again stays.

import { expect, it } from "vitest";
import { RecentMap } from "../../src/ingest/sources/manifest/recent.ts";

const limit = 10;

function fill(map: RecentMap<number>, from: number, to: number): void {
  for (let number = from; number < to; number++) map.set(`${number}`, number);
}

it("forgets what came long ago, and has the half that came last", () => {
  const map = new RecentMap<number>(limit);
  fill(map, 0, 100);
  const last = Array.from({ length: limit / 2 }, (_, index) => 100 - limit / 2 + index);
  expect(last.map((number) => map.get(`${number}`))).toEqual(last);
  const long = Array.from({ length: 100 - limit }, (_, number) => map.get(`${number}`));
  expect(long.every((value) => value === undefined)).toBe(true);
});

it("keeps what is asked for in between", () => {
  const map = new RecentMap<number>(limit);
  map.set("often", -1);
  for (let number = 0; number < 100; number++) {
    map.set(`${number}`, number);
    expect(map.get("often")).toBe(-1);
  }
});

it("counts what has become heavier", () => {
  const map = new RecentMap<number>(limit);
  map.set("first", 1);
  map.grow(limit);
  map.grow(limit);
  expect(map.get("first")).toBeUndefined();
});
