// Many writers at once, in one process and in several: nothing is lost, nothing is there twice, every state is a replay's.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openSimulationStore, type SimulationStore } from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { ofSame, replay, stateFromBase } from "./support.ts";
import { updateAt } from "./writerChild.ts";

const database = useDatabase({ empty: true });
const child = fileURLToPath(new URL("./writerChild.ts", import.meta.url));

async function run(args: readonly string[]): Promise<void> {
  const running = spawn(process.execPath, ["--import", "tsx", child, database.dsn, ...args]);
  let said = "";
  running.stderr.on("data", (text: Buffer) => {
    said += text.toString();
  });
  const code = await new Promise((resolve) => running.on("close", resolve));
  expect(code, said).toBe(0);
}

async function expectWhole(store: SimulationStore, count: number): Promise<void> {
  const all = Array.from({ length: count }, (_, index) => updateAt(index));
  expect(await store.getUpdateCount()).toBe(count);
  for (const dataset of ["a", "b"]) {
    const wanted = all.filter((update) => update.dataset === dataset);
    const stored = await store.getDatasetUpdates(dataset);
    expect(stored.map(({ data }) => data)).toEqual(wanted.map(({ data }) => data));
    for (const timestamp of await store.getTimestamps(dataset)) {
      const past = wanted.filter((update) => update.timestamp <= timestamp);
      const { state } = await stateFromBase(store, { dataset, group: "segments", timestamp });
      expect(state, `${dataset} at ${timestamp}`).toEqual(replay(past, "segments"));
    }
  }
  const orphans = await database.value<number>(
    `select count(*)::int from simulation.update_array a
      where not exists (select from simulation."update" u where u.id = a.update_id${ofSame("u", "a")})`,
  );
  expect(orphans).toBe(0);
}

describe("writers at once", () => {
  it("20 updates by 5 workers of one process are 20 updates", async () => {
    const store = await openSimulationStore(database.database, { scenario: "workers" });
    const updates = Array.from({ length: 20 }, (_, index) => updateAt(index));
    const worker = async (): Promise<void> => {
      for (let update = updates.shift(); update !== undefined; update = updates.shift()) {
        await store.storeUpdate(update);
      }
    };
    await Promise.all([worker(), worker(), worker(), worker(), worker()]);
    await expectWhole(store, 20);
  });

  it.each(["each", "parts", "whole"])("8 processes (%s) store the same run out of order", async (way) => {
    const store = await openSimulationStore(database.database, { scenario: `processes ${way}` });
    const shares = Array.from({ length: 8 }, (_, share) => [store.scenario, way, String(share), "8", "400"]);
    await Promise.all(shares.map(run));
    await expectWhole(store, 400);
    await store.buildSnapshots("a");
    await store.buildSnapshots("b");
    await expectWhole(store, 400);
    expect(await store.readBase("a", "segments", 99)).not.toBeNull();
  });

  it("one type wins when two are learnt at once, and the other is refused", async () => {
    const store = await openSimulationStore(database.database, { scenario: "types" });
    const other = await openSimulationStore(database.database, { scenario: "types" });
    const write = (target: SimulationStore, timestamp: number, value: unknown) =>
      target.storeUpdate({ dataset: "a", timestamp, data: { g: { x: { data: [value] } } } });
    const outcomes = await Promise.allSettled([write(store, 0, "text"), write(other, 1, true)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await store.getUpdateCount()).toBe(1);
  });

  it("the same update from two is there once, and the second one is told", async () => {
    const store = await openSimulationStore(database.database, { scenario: "same" });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, () => store.storeUpdate(updateAt(0))),
    );
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused).toHaveLength(3);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ code: "CONFLICT" });
      expect(String(reason)).toContain('dataset "a" at timestamp 0, iteration 0');
    }
  });
});
