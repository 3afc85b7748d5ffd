// A process that stores a share of a run, for tests that run several or kill one.
// writerChild.ts DSN SCENARIO WAY SHARE OF COUNT

import { openDatabase } from "../../../src/database/index.ts";
import { openSimulationStore, type SimulationUpdate } from "../../../src/simulation/index.ts";
import { makeUpdate } from "./support.ts";

const [dsn = "", scenario = "", way = "", share = "0", of = "1", count = "100"] = process.argv.slice(2);

/** Odd shares store theirs backwards. Every update is of two datasets in turn, and stored by its neighbour as well. */
function* shareOf(): Generator<SimulationUpdate> {
  const all = Array.from({ length: Number(count) }, (_, index) => index);
  const own = all.filter((index) => [index % Number(of), (index + 1) % Number(of)].includes(Number(share)));
  for (const index of Number(share) % 2 === 0 ? own : own.reverse()) yield updateAt(index);
}

export function updateAt(index: number): SimulationUpdate {
  const ids = [1 + (index % 5), 6 + (index % 3)];
  const segments = {
    id: ids,
    speed: [index, index % 4 === 0 ? null : index / 8],
    name: [`at ${index}`, null],
  };
  return makeUpdate(index % 2 === 0 ? "a" : "b", [Math.floor(index / 4), index % 4], { segments });
}

if (dsn !== "") {
  const database = await openDatabase({ dsn });
  const store = await openSimulationStore(database, { scenario });
  process.stdout.write("open\n");
  if (way === "each") {
    for (const update of shareOf()) await store.storeUpdate(update, { policy: "skip" });
  } else {
    const parts = way === "parts" ? { commitEvery: 25 } : {};
    const report = await store.storeUpdates(shareOf(), { policy: "skip", batchBytes: 2000, ...parts });
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  await database.close();
}
