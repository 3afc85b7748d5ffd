// Files for the tests of duplicates: on the disk, and as records.

import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type LibraryFile, type LibraryFileInput, makeLibraryFile } from "../../../src/library/index.ts";

export interface TestFolder {
  readonly path: string;
  /** @returns the absolute path */
  write(name: string, bytes: Buffer): Promise<string>;
}

export function useFolder(): TestFolder {
  let path = "";
  beforeAll(async () => {
    path = await realpath(await mkdtemp(join(tmpdir(), "copycat-duplicates-")));
  });
  afterAll(() => rm(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    write: async (name, bytes) => {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
      return file;
    },
  };
}

export function song(path: string, more: Partial<LibraryFileInput> = {}): LibraryFile {
  return makeLibraryFile({ path, size: 1000, ...more });
}
