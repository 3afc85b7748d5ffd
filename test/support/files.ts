// A folder of its own for each test file (or `describe`), removed at its end.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { type WriteGroup, writeHdf5 } from "../../src/hdf5/index.ts";

export interface TestFolder {
  readonly root: string;
  /** Absolute path of a name in the folder; nothing is made. */
  path(name: string): string;
  /** Makes an empty folder; its absolute path. */
  folder(name: string): string;
  /** Writes a file and the folders above it; its absolute path. */
  text(name: string, content: string | Uint8Array): string;
  /** As `text`, an HDF5 file. */
  hdf5(name: string, content: WriteGroup): Promise<string>;
}

export function useFolder(): TestFolder {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "copycat-test-")));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const path = (name: string): string => join(root, name);
  const place = (name: string): string => {
    mkdirSync(dirname(path(name)), { recursive: true });
    return path(name);
  };
  return {
    root,
    path,
    folder: (name) => {
      mkdirSync(path(name), { recursive: true });
      return path(name);
    },
    text: (name, content) => {
      writeFileSync(place(name), content);
      return aged(path(name));
    },
    hdf5: async (name, content) => {
      await writeHdf5(place(name), content);
      return aged(path(name));
    },
  };
}

/**
 * Some milliseconds older than it is: a file is not known by its time when it is read within the tick of the clock in which
 * it was written, as a quick machine does.
 */
function aged(path: string): string {
  const seconds = (performance.timeOrigin + performance.now() - 50) / 1000;
  utimesSync(path, seconds, seconds);
  return path;
}

/** The objects of an NDJSON file. */
export async function readNdjson(path: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
