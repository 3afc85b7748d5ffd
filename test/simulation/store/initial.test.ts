// Initial datasets in their three formats, byte for byte and key for key.

import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { fromValues, type InitialDataset, openSimulationStore } from "../../../src/simulation/index.ts";
import { useDatabase } from "../../support/database.ts";
import { ofSame } from "./support.ts";

const database = useDatabase({ empty: true });

let count = 0;
const open = () => openSimulationStore(database.database, { scenario: `scenario ${++count}` });

function document(format: "unstructured" | "binary", bytes: Uint8Array, name = "roads"): InitialDataset {
  return { name, format, metadata: {}, dataKey: "data", data: null, document: bytes };
}

function entities(values: unknown[]): InitialDataset {
  const group = new Map([
    ["id", fromValues([2, 1])],
    ["speed", fromValues(values)],
    ["links", fromValues([[1, 2], []])],
  ]);
  // The order of keys is part of what is kept, and so are characters that jsonb refuses.
  const metadata = { type: "network", "9": [1.5, null], "1": { b: "\u0000 \ud800", a: true } };
  return {
    name: "roads",
    format: "entity_based",
    metadata,
    dataKey: "roads",
    data: new Map([["segments", group]]),
    document: null,
  };
}

describe("an initial dataset", () => {
  it("of entities comes back with its arrays and metadata", async () => {
    const store = await open();
    expect(await store.storeInitialDataset(entities([0.5, null]))).toBe("inserted");
    const read = await store.getInitialDataset("roads");
    expect(read).toEqual(entities([0.5, null]));
    expect(JSON.stringify(read?.metadata)).toBe(JSON.stringify(entities([]).metadata));
    expect(await store.listDatasets()).toEqual([{ name: "roads", updates: 0, hasInitial: true }]);
    expect([await store.getDatasets(), await store.hasInitialDatasets()]).toEqual([[], true]);
  });

  it("of 19 bytes in chunks of 2 is 10 rows, and the same bytes", async () => {
    const store = await open();
    const bytes = Uint8Array.from({ length: 19 }, (_, index) => index * 13);
    await store.storeInitialDataset(document("binary", bytes), { chunkBytes: 2 });
    const [row] = await database.rows<{ chunks: number }>(
      `select count(*)::int as chunks from simulation.initial_chunk c join simulation.dataset d on d.id = c.dataset_id${ofSame("c", "d")}
        join simulation.scenario s on s.id = d.scenario_id where s.name = $1`,
      [store.scenario],
    );
    expect(row?.chunks).toBe(10);
    const read = await store.readInitial("roads");
    expect({ ...read, document: [...(read?.document ?? [])] }).toEqual({
      ...document("binary", bytes),
      document: [...bytes],
    });
  });

  it("may be a document of no known layout, and an empty one", async () => {
    const store = await open();
    const text = Buffer.from('{"b": 1.0, "a": [null]}');
    await store.storeInitialDataset(document("unstructured", text));
    await store.storeInitialDataset(document("binary", new Uint8Array(), "empty"));
    const all = await store.getAllInitialDatasets();
    expect(all.map(({ name, format, document }) => [name, format, String(document)])).toEqual([
      ["empty", "binary", ""],
      ["roads", "unstructured", String(text)],
    ]);
  });

  it("that is not there is null", async () => {
    expect(await (await open()).readInitial("roads")).toBeNull();
  });

  it("that is not bytes is refused when it is binary", async () => {
    const store = await open();
    const wrong = { ...document("binary", new Uint8Array()), document: null };
    await expect(store.storeInitialDataset(wrong)).rejects.toThrow("is binary and must come as bytes");
    expect(await store.listDatasets()).toEqual([]);
  });

  it("that is there already is met as the policy says", async () => {
    const store = await open();
    await store.storeInitialDataset(entities([1.5, 2]));
    await expect(store.storeInitialDataset(entities([1.5, 3]))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await store.storeInitialDataset(entities([1.5, 3]), { policy: "skip" })).toBe("skipped");
    expect(await store.readInitial("roads")).toEqual(entities([1.5, 2]));
    expect(await store.storeInitialDataset(entities([1.5, 2]), { policy: "update" })).toBe("unchanged");
    expect(await store.storeInitialDataset(entities([1.5, 3]), { policy: "update" })).toBe("updated");
    expect(await store.readInitial("roads")).toEqual(entities([1.5, 3]));
    const other = document("binary", Uint8Array.of(1));
    expect(await store.storeInitialDataset(other, { policy: "update" })).toBe("updated");
    expect((await store.readInitial("roads"))?.data).toBeNull();
  });
});

it("an initial dataset that is replaced again and again is read as one of its versions, never as a mixture", async () => {
  const store = await open();
  const versions = [1, 2].map((value) => document("binary", Buffer.alloc(100_000, value)));
  await store.storeInitialDataset(versions[0] as InitialDataset);
  let isDone = false;
  const writing = (async () => {
    for (let turn = 1; !isDone; turn++) {
      await store.storeInitialDataset(versions[turn % 2] as InitialDataset, { policy: "update" });
    }
  })();
  const seen = new Set<number>();
  try {
    for (let read = 0; read < 100; read++) {
      const found = await store.getInitialDataset("roads");
      seen.add(versions.findIndex((version) => isDeepStrictEqual(version, found)));
    }
  } finally {
    isDone = true;
    await writing;
  }
  expect(seen.has(-1)).toBe(false);
});

it("what hangs on a dataset goes with it, whatever tables the search path of who deletes it shows", async () => {
  const store = await open();
  await store.storeInitialDataset(entities([0.5, null]));
  const update = {
    dataset: "roads",
    timestamp: 1,
    iteration: 0,
    data: { segments: { id: { data: [1] }, a: { data: [2] } } },
  };
  await store.storeUpdate(update);
  const client = await database.database.pool.connect();
  try {
    await client.query(
      `create schema decoy; create table decoy."update" (id bigint, dataset_id int, timestamp bigint, iteration int);
        create table decoy.update_array (update_id bigint); create table decoy.dataset (id int); set search_path = decoy`,
    );
    await client.query("delete from simulation.scenario where name = $1", [store.scenario]);
  } finally {
    client.release(true);
  }
  expect(await database.value("select count(*)::int from simulation.update_array")).toBe(0);
  expect(await database.value('select count(*)::int from simulation."update"')).toBe(0);
});
