// A process that stores a run is killed at any moment: what is there is whole, and running it again makes it complete.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openSimulationStore, type SimulationStore } from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { ofSame, replay, stateFromBase } from "./support.ts";
import { updateAt } from "./writerChild.ts";

const database = useDatabase({ empty: true });
const child = fileURLToPath(new URL("./writerChild.ts", import.meta.url));
const count = 2000;

/** @param afterMs from the moment when the store is open; null: to its end */
async function run(scenario: string, way: string, afterMs: number | null): Promise<boolean> {
  const args = [child, database.dsn, scenario, way, "0", "1", String(count)];
  const running = spawn(process.execPath, ["--import", "tsx", ...args]);
  running.stdout.once("data", () => {
    if (afterMs !== null) setTimeout(() => running.kill("SIGKILL"), afterMs);
  });
  const code = await new Promise((resolve) => running.on("close", resolve));
  return code === 0;
}

/** Every update that is there has all its arrays, with the bytes that their checksums say. */
async function expectWholeUpdates(store: SimulationStore): Promise<number> {
  let found = 0;
  const expected = new Map(
    Array.from({ length: count }, (_, index) => updateAt(index)).map((update) => [
      `${update.dataset}/${update.timestamp}/${update.iteration}`,
      update.data,
    ]),
  );
  for (const { name } of await store.listDatasets()) {
    for await (const { dataset, timestamp, iteration, data } of store.readUpdates({ dataset: name })) {
      expect(data).toEqual(expected.get(`${dataset}/${timestamp}/${iteration}`));
      found += 1;
    }
  }
  const orphans = await database.value<number>(
    `select count(*)::int from simulation.update_array a
      where not exists (select from simulation."update" u where u.id = a.update_id${ofSame("u", "a")})`,
  );
  expect(orphans).toBe(0);
  return found;
}

describe("kill -9 of a process that stores 2,000 updates", { timeout: 180_000 }, () => {
  it("in one transaction: nothing is there until all is", async () => {
    const store = await openSimulationStore(database.database, { scenario: "whole" });
    for (const afterMs of [0, 60, 150, 300]) {
      const isDone = await run("whole", "whole", afterMs);
      expect([0, count]).toContain(await expectWholeUpdates(store));
      if (isDone) break;
    }
    // The server may still be rolling back; what it holds is waited for.
    expect(await run("whole", "whole", null)).toBe(true);
    expect(await expectWholeUpdates(store)).toBe(count);
  });

  it("in parts: what was committed stays, and the rest goes in", async () => {
    const store = await openSimulationStore(database.database, { scenario: "parts" });
    let most = 0;
    for (const afterMs of [100, 200, 300, 400, 500, 600]) {
      await run("parts", "parts", afterMs);
      const found = await expectWholeUpdates(store);
      expect(found).toBeGreaterThanOrEqual(most);
      most = found;
    }
    expect(most).toBeGreaterThan(0);
    expect(await run("parts", "parts", null)).toBe(true);
    expect(await expectWholeUpdates(store)).toBe(count);
    const all = Array.from({ length: count }, (_, index) => updateAt(index)).filter(
      ({ dataset }) => dataset === "a",
    );
    const { state } = await stateFromBase(store, { dataset: "a", group: "segments", timestamp: count });
    expect(state).toEqual(replay(all, "segments"));
  });
});
