// What a path holds is seen by looking.

import { utimesSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { detectSimulationFormat } from "../../../src/simulation/formats/index.ts";
import { useFolder } from "../../support/files.ts";
import { writeSqlite } from "./support.ts";

const folder = useFolder();

function sqlite(name: string, secondsAgo = 0): string {
  folder.text(name, "");
  const path = writeSqlite(folder.path(name), { initials: [] });
  const time = Date.now() / 1000 - secondsAgo;
  utimesSync(path, time, time);
  return path;
}

describe("sqlite", () => {
  it("a file, whatever its name", async () => {
    const path = sqlite("one/results.db");
    expect(await detectSimulationFormat(path)).toEqual({ format: "sqlite", path });
    const other = sqlite("named/results.txt");
    expect(await detectSimulationFormat(other)).toEqual({ format: "sqlite", path: other });
  });

  it("a folder with such files: the newest of them, whatever its name", async () => {
    sqlite("several/a.db", 20);
    const path = sqlite("several/b.db", 10);
    sqlite("several/c.db", 30);
    folder.text("several/z.db", "no SQLite at all, and newer");
    expect(await detectSimulationFormat(folder.path("several"))).toEqual({ format: "sqlite", path });
  });

  it("an empty folder beside one", async () => {
    const path = sqlite("parent/results.db");
    expect(await detectSimulationFormat(folder.folder("parent/updates"))).toEqual({ format: "sqlite", path });
  });
});

describe("json", () => {
  it("a folder of updates, also where a database lies above it", async () => {
    sqlite("above/results.db");
    folder.text("above/updates/t0_0_a.json", "{}");
    expect((await detectSimulationFormat(folder.path("above/updates"))).format).toBe("json");
    folder.text("plain/updates/t0_0_a.json", "{}");
    expect((await detectSimulationFormat(folder.path("plain"))).format).toBe("json");
    expect((await detectSimulationFormat(folder.folder("empty"))).format).toBe("json");
  });
});

describe("others", () => {
  it("HDF5 and NDJSON by their first bytes", async () => {
    const hdf5 = folder.text("x.bin", Buffer.from("\x89HDF\r\n\x1a\n0000000000", "latin1"));
    expect((await detectSimulationFormat(hdf5)).format).toBe("hdf5");
    expect((await detectSimulationFormat(folder.text("rejects.ndjson", '{"source":'))).format).toBe("ndjson");
  });

  it.each([
    ["t0_0_a.json", "{}", /t0_0_a\.json is a single update; name the folder it is in/],
    ["roads.json", "{}", /roads\.json is a single document: expected a folder/],
    ["text.db", "hello", /text\.db is no simulation: expected a folder of JSON files/],
    ["nothing.db", "", /nothing\.db is empty: expected/],
  ])("%s is refused with a sentence", async (name, content, message) => {
    await expect(detectSimulationFormat(folder.text(name, content))).rejects.toThrow(message);
  });

  it("a path that is not there is refused with a sentence", async () => {
    await expect(detectSimulationFormat(folder.path("missing"))).rejects.toThrow(
      /missing: it does not exist/,
    );
  });
});
