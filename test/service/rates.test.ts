// Records a second by steps of a clock that the test moves.

import { expect, it } from "vitest";
import { Rates, stepCount, stepMs } from "../../src/service/loads/rates.ts";

type Counted = Parameters<Rates["count"]>[0];

const load = (done: number, facts: Partial<Counted> = {}): Counted => ({
  id: "a",
  store: "memory",
  state: "running",
  done,
  ...facts,
});

function clocked(): { rates: Rates; pass: (ms: number) => void } {
  let now = 5000;
  return { rates: new Rates(() => now), pass: (ms) => (now += ms) };
}

it("counts what has come in each step, of each store", () => {
  const { rates, pass } = clocked();
  rates.count(load(100));
  rates.count(load(400));
  rates.count(load(1000, { id: "b", store: "catalog" }));
  pass(stepMs);
  rates.count(load(500));
  pass(stepMs + 300);
  const { ageMs, stores } = rates.read();
  expect(ageMs).toBe(300);
  expect(stores.memory.slice(-3)).toEqual([0, 200, 50]);
  expect(stores.catalog.slice(-3)).toEqual([0, 500, 0]);
  expect(stores.library).toEqual(Array.from({ length: stepCount }, () => 0));
});

it("counts nothing twice when a phase begins from the start, and a load of the same id anew", () => {
  const { rates, pass } = clocked();
  for (const done of [10, 50, 0, 20, 50, 60]) rates.count(load(done));
  rates.count(load(60, { state: "completed" }));
  pass(stepMs);
  rates.count(load(30));
  pass(stepMs);
  expect(rates.read().stores.memory.slice(-2)).toEqual([30, 15]);
});

it("forgets what is older, after a short silence and after a long one", () => {
  const { rates, pass } = clocked();
  rates.count(load(100));
  pass(stepMs * stepCount);
  expect(rates.read().stores.memory[0]).toBe(50);
  pass(stepMs);
  expect(Math.max(...rates.read().stores.memory)).toBe(0);
  rates.count(load(200));
  pass(stepMs * stepCount * 10);
  expect(Math.max(...rates.read().stores.memory)).toBe(0);
});
