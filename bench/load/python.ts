// Python peers: Tiled of the version that copycat writes for, in a virtual environment made when it is first needed.

import { execFile } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const run = promisify(execFile);

const tiledPackage = "tiled[all]==0.2.16";
const folder = fileURLToPath(new URL("../.cache/venv", import.meta.url));
const python = join(folder, "bin", "python");

export function venvProgram(name: "python" | "tiled"): string {
  return join(folder, "bin", name);
}

let pending: Promise<string | null> | undefined;

/** Makes the environment if need be; gives the reason when that fails. */
export function missingPython(): Promise<string | null> {
  pending ??= ensureEnvironment();
  return pending;
}

async function ensureEnvironment(): Promise<string | null> {
  try {
    if ((await pythonVersions()) !== null) return null;
    console.log(`Installing ${tiledPackage} into ${folder} ...`);
    await mkdir(folder, { recursive: true });
    await run("python3", ["-m", "venv", folder]);
    await run(python, ["-m", "pip", "install", "--quiet", tiledPackage], { maxBuffer: 2 ** 24 });
    return (await pythonVersions()) === null ? `${tiledPackage} was installed and cannot be imported.` : null;
  } catch (error) {
    const [reason] = String(error).split("\n");
    return `Python 3 with ${tiledPackage} cannot be had (${reason}).`;
  }
}

/** Of what a Python peer consists of; null when it is not there. */
export async function pythonVersions(): Promise<Record<string, string> | null> {
  if (!(await stat(python).catch(() => null))) return null;
  const script = `
import importlib.metadata, json, platform
names = ["tiled", "SQLAlchemy", "asyncpg", "fastapi", "uvicorn"]
print(json.dumps({"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}))`;
  try {
    const { stdout } = await run(python, ["-c", script]);
    return JSON.parse(stdout) as Record<string, string>;
  } catch {
    return null;
  }
}
