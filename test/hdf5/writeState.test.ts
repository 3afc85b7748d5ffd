// Whether a file is still being written, against what HDF5's own library leaves on the disk.

import { execFileSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { File as HdfFile, ready } from "h5wasm/node";
import { beforeAll, describe, expect, it } from "vitest";
import { openHdf5Reader, readWriteState, writeHdf5 } from "../../src/hdf5/index.ts";
import { temporaryFolder } from "./temporary.ts";

const at = temporaryFolder();
const fixture = (name: string): string => `test/hdf5/fixtures/${name}.h5`;

beforeAll(async () => {
  await ready;
});

/** A file that HDF5's library has open for writing. */
function create(path: string, libver: "earliest" | "v108" | "latest"): HdfFile {
  const file = new HdfFile(path, "w", { libver: [libver, "latest"] });
  file.create_dataset({ name: "data", data: new Float64Array(1000) });
  return file;
}

/** A copy of a file with changed bytes. */
function changed(name: string, change: (bytes: Buffer) => Uint8Array): string {
  writeFileSync(at("changed.h5"), change(readFileSync(fixture(name))));
  return at("changed.h5");
}

describe.each([
  ["earliest", 0],
  ["v108", 2],
  ["latest", 3],
] as const)("a file written with libver %s (superblock version %d)", (libver, version) => {
  const path = at(`${libver}.h5`);

  it("is open until its writer closes it", async () => {
    const file = create(path, libver);
    expect(readFileSync(path)[8]).toBe(version);
    expect(await readWriteState(path)).toBe("open");
    file.flush();
    expect(await readWriteState(path)).toBe("open");
    file.close();
    expect(await readWriteState(path)).toBe("complete");
  });

  it("is open again while somebody adds to it", async () => {
    const file = new HdfFile(path, "a");
    file.create_dataset({ name: "more", data: new Float64Array(10) });
    file.flush();
    expect(await readWriteState(path)).toBe("open");
    file.close();
    expect(await readWriteState(path)).toBe("complete");
  });

  it("is complete while somebody reads it", async () => {
    const file = new HdfFile(path, "r");
    expect(await readWriteState(path)).toBe("complete");
    file.close();
  });

  it("is not complete at any length but its own", async () => {
    const bytes = readFileSync(path);
    const lengths = [0, 1, 7, 8, 9, 12, 20, 40, 47, 48, 95, 96, bytes.length >> 1, bytes.length - 1];
    const states: Record<number, string> = {};
    for (const length of lengths) {
      writeFileSync(at("cut.h5"), bytes.subarray(0, length));
      states[length] = await readWriteState(at("cut.h5"));
    }
    const expected = lengths.map((length) => [length, length < 8 ? "unreadable" : "truncated"]);
    expect(states).toEqual(Object.fromEntries(expected));
    writeFileSync(at("cut.h5"), bytes);
    expect(await readWriteState(at("cut.h5"))).toBe("complete");
  });

  it("is complete with bytes behind its end", async () => {
    writeFileSync(at("longer.h5"), Buffer.concat([readFileSync(path), Buffer.alloc(3000)]));
    expect(await readWriteState(at("longer.h5"))).toBe("complete");
  });
});

describe("a writer that lets others read (SWMR)", () => {
  it("is told apart", async () => {
    create(at("swmr.h5"), "latest").close();
    const file = new HdfFile(at("swmr.h5"), "Sa");
    expect(await readWriteState(at("swmr.h5"))).toBe("swmr");
    file.close();
    expect(await readWriteState(at("swmr.h5"))).toBe("complete");
  });
});

describe("a file behind a user block", () => {
  it("is judged by addresses that count the block", async () => {
    const path = changed("user_block", (bytes) => bytes);
    expect(await readWriteState(path)).toBe("complete");
    truncateSync(path, readFileSync(path).length - 1);
    expect(await readWriteState(path)).toBe("truncated");
  });

  it("is judged by addresses that do not count it, when it came later", async () => {
    const path = changed("latest", (bytes) => Buffer.concat([Buffer.alloc(4096), bytes]));
    expect(await readWriteState(path)).toBe("complete");
    truncateSync(path, readFileSync(path).length - 1);
    expect(await readWriteState(path)).toBe("truncated");
  });

  it("is not looked for where HDF5 does not", async () => {
    const path = changed("latest", (bytes) => Buffer.concat([Buffer.alloc(1536), bytes]));
    expect(await readWriteState(path)).toBe("unreadable");
  });
});

describe("what is no file of HDF5 is unreadable:", () => {
  it.each(["empty", "not_hdf5"])("%s", async (name) => {
    expect(await readWriteState(fixture(name))).toBe("unreadable");
  });

  it("a file that is not there, a folder, and a pipe, which is not opened", async () => {
    execFileSync("mkfifo", [at("pipe.h5")]);
    const states = await Promise.all([at("absent.h5"), at("."), at("pipe.h5")].map(readWriteState));
    expect(states).toEqual(["unreadable", "unreadable", "unreadable"]);
  });

  it.each([
    ["a version from the future", (bytes: Buffer) => bytes.fill(9, 8, 9)],
    ["addresses of 3 bytes", (bytes: Buffer) => bytes.fill(3, 9, 10)],
    ["a superblock that does not match its checksum", (bytes: Buffer) => bytes.fill(7, 40, 41)],
  ])("%s", async (_what, change) => {
    expect(await readWriteState(changed("latest", change))).toBe("unreadable");
  });
});

it("agrees with the library about the fixtures and the files of our own writer", async () => {
  await writeHdf5(at("ours.h5"), { children: { data: { data: new Float64Array(10) } } });
  const reader = openHdf5Reader({ workers: 1 });
  const names = ["attributes", "filters", "latest", "links", "numbers", "truncated", "user_block"];
  for (const path of [...names.map(fixture), at("ours.h5")]) {
    const items = reader.walk(path)[Symbol.asyncIterator]();
    const opens = await items.next().then(
      () => true,
      () => false,
    );
    expect([path, (await readWriteState(path)) === "complete"]).toEqual([path, opens]);
  }
  await reader.close();
});
