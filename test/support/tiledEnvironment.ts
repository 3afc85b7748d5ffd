// Tiled in virtual environments, one a version, made with pip when first needed and kept below test/interop/.cache.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = fileURLToPath(new URL("../interop/.cache", import.meta.url));

/** The version that the catalog's schema was taken from. */
export const pinnedTiled = "0.2.16";

export interface TiledEnvironment {
  version: string;
  /** Stamp of the catalogs that it makes and serves. */
  revision: string;
  /** Runs scripts, and Tiled's own program as `-m tiled`: the environment may have been moved. */
  python: string;
}

/** Why no environment can be made here, or null. */
export async function missingPython(): Promise<string | null> {
  const need = "Python 3.10 or newer with venv and pip is needed (apt-get install python3 python3-venv)";
  try {
    const script = "import sys, venv, ensurepip; print(sys.version_info >= (3, 10), sys.version.split()[0])";
    const [isNew, version] = (await run("python3", ["-c", script])).stdout.trim().split(" ");
    return isNew === "True" ? null : `${need}, and this is ${version}`;
  } catch {
    return need;
  }
}

/**
 * The environment of one version, from the cache or made now, which takes minutes.
 *
 * @param extra what of Tiled's optional parts goes in
 * @throws Error with what pip said
 */
export async function ensureTiled(version: string, extra = "all"): Promise<TiledEnvironment> {
  const folder = join(cache, `tiled-${version}`);
  const there = await lookInto(folder, version);
  if (there !== null) return there;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, "draft-"));
  try {
    await explain(run("python3", ["-m", "venv", draft]));
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await explain(run(pythonIn(draft), [...pip, `tiled[${extra}]==${version}`], { maxBuffer: 2 ** 26 }));
    // In one step, so that what is there is whole: another run may be making the same.
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  const made = await lookInto(folder, version);
  if (made !== null) return made;
  throw new Error(`Tiled ${version} was installed in ${folder} and cannot be imported.`);
}

/** The newest release that pip would install. @throws Error with what pip said */
export async function newestTiled({ python }: TiledEnvironment): Promise<string> {
  const { stdout } = await explain(run(python, ["-m", "pip", "index", "versions", "tiled"]));
  const version = /^tiled \(([^)]+)\)/m.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`pip index versions tiled said: ${stdout.slice(0, 500)}`);
  return version;
}

function pythonIn(folder: string): string {
  return join(folder, "bin", "python");
}

/** Null where there is none, or one that does not run, as after a renewal of the machine's Python. */
async function lookInto(folder: string, version: string): Promise<TiledEnvironment | null> {
  const script = `
import importlib.metadata
from tiled.catalog.core import REQUIRED_REVISION
print(importlib.metadata.version("tiled"), REQUIRED_REVISION)`;
  const python = pythonIn(folder);
  const said = await run(python, ["-c", script]).catch(() => null);
  const [found, revision] = said?.stdout.trim().split(" ") ?? [];
  return found === version && revision !== undefined ? { version, revision, python } : null;
}

/** pip's last lines in place of the whole command. */
async function explain<Result>(running: Promise<Result>): Promise<Result> {
  return running.catch((error: unknown) => {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new Error(said.trim().split("\n").slice(-5).join("\n"), { cause: error });
  });
}
