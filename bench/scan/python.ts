// A Python that has h5py: one of those under bench/.cache, which the benchmarks make, or the machine's own.

import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../.cache", import.meta.url));

/** Undefined when there is none. */
export async function findPython(): Promise<string | undefined> {
  const entries = await readdir(cache, { withFileTypes: true }).catch(() => []);
  const own = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${cache}/${name}/bin/python3`);
  for (const python of [...own, "python3"]) {
    if (await hasH5py(python)) return python;
  }
  return undefined;
}

async function hasH5py(python: string): Promise<boolean> {
  try {
    await run(python, ["-c", "import h5py"]);
    return true;
  } catch {
    return false;
  }
}
