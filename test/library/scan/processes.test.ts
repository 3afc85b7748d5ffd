// Scans that are killed, and scans that run at the same time.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scanLibrary } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { mp3 } from "../support/audio.ts";
import { countsOf, makeTestLibrary, type TestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();
const child = fileURLToPath(new URL("./scanChild.ts", import.meta.url));
const files = 1200;

async function makeMany(): Promise<TestLibrary> {
  const made = await makeTestLibrary(database, folder);
  for (let index = 0; index < files; index++) {
    const tags = { artist: `Artist ${index % 20}`, title: `Title ${index}` };
    made.write(`${index % 20}/${index}.mp3`, mp3(tags, { seed: index, frames: 4 }));
  }
  return made;
}

/** @param afterMs from the moment when the library is open; null: to its end @returns whether it came to its end */
async function scanIn({ library, root }: TestLibrary, commitEvery: number, afterMs: number | null) {
  const args = [child, database.dsn, library.name, root, String(commitEvery)];
  const running = spawn(process.execPath, ["--import", "tsx", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.stdout.once("data", () => {
    if (afterMs !== null) setTimeout(() => running.kill("SIGKILL"), afterMs);
  });
  return (await new Promise((resolve) => running.on("close", resolve))) === 0;
}

describe("a scan that is killed", () => {
  it("leaves the library as it was, in one transaction", async () => {
    const made = await makeMany();
    for (const afterMs of [100, 700, 1300]) {
      const isDone = await scanIn(made, 0, afterMs);
      expect([0, files]).toContain(await made.library.countFiles());
      if (isDone) break;
    }
    const report = await scanLibrary(made.library);
    expect(report).toMatchObject({ read: files, missing: 0, moved: 0, rejected: 0 });
    expect(await made.library.countFiles()).toBe(files);
  });

  it("keeps the files that it wrote, in several, and goes on from there", async () => {
    const made = await makeMany();
    let most = 0;
    for (const afterMs of [700, 1100, 1500]) {
      await scanIn(made, 100, afterMs);
      const found = await made.library.countFiles();
      expect(found).toBeGreaterThanOrEqual(most);
      most = found;
    }
    // What the server was committing when the process died may have come after the count.
    const { inserted, unchanged } = await scanLibrary(made.library, { commitEvery: 100 });
    expect(inserted + unchanged).toBe(files);
    expect(unchanged).toBeGreaterThanOrEqual(most);
    expect(Object.values(await made.states()).every((state) => state === "active")).toBe(true);
  });
});

describe("two scans at once", () => {
  it("give what one gives, and the second says that it waits", async () => {
    const made = await makeMany();
    const notices: string[] = [];
    const log = { notice: (message: string) => void notices.push(message) };
    const reports = await Promise.all([
      scanLibrary(made.library, { log }),
      scanLibrary(made.library, { log }),
    ]);
    expect(reports.map(countsOf).sort((a, b) => (b.inserted ?? 0) - (a.inserted ?? 0))).toEqual([
      { read: files, inserted: files },
      { read: files, unchanged: files },
    ]);
    expect(notices).toEqual([expect.stringContaining("Another scan")]);
  });

  it("of two processes as well", async () => {
    const made = await makeMany();
    expect(await Promise.all([scanIn(made, 0, null), scanIn(made, 100, null)])).toEqual([true, true]);
    expect(await made.library.countFiles()).toBe(files);
  });
});
