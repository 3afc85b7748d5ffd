// Where the data lie. In `.copycat` itself, except when root runs copycat below a folder that the server's user
// cannot enter (/root is 0700): then in /var/lib/copycat, and `.copycat/postgres` is a link to them.

import { createHash } from "node:crypto";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  realpath,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CopycatError, errorCode } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { setting, words } from "../../wording.ts";
import type { ProgramFolders } from "./binaries.ts";
import { pathsIn } from "./folder.ts";
import { canEnter, describeUser, findSystemUser, isRoot } from "./systemUser.ts";
import type { SystemUser } from "./types.ts";

const systemFolder = "/var/lib/copycat";
/** Says, beside data in /var/lib/copycat, which `.copycat` they belong to. */
const ownerFile = "copycat-folder";

export interface Home {
  /** The folder that holds the data folder: `.copycat`, or where its link leads. What we put there is named so. */
  parent: string;
  dataFolder: string;
  /** The user to run the server as; undefined when it is us. */
  as: SystemUser | undefined;
  programs: ProgramFolders;
}

/** Finds the data's place, or chooses it. Call it with the lock held. */
export async function findHome(folder: string, log: Log | undefined): Promise<Home> {
  const real = await realpath(folder);
  const link = pathsIn(real).data;
  const exists = (await lstat(link).catch(() => undefined)) !== undefined;
  if (!isRoot()) return homeOf(exists ? await followLink(real) : link, undefined);
  if (!exists) return await chooseHome(real, log);
  const dataFolder = await followLink(real);
  return await checkHome(homeOf(dataFolder, await ownerOf(dataFolder, log)));
}

/** The data folder with links resolved, or undefined when there is none. */
export async function findDataFolder(folder: string): Promise<string | undefined> {
  try {
    const real = await realpath(folder);
    await realpath(pathsIn(real).data);
    return await followLink(real);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function homeOf(dataFolder: string, as: SystemUser | undefined): Home {
  const parent = dirname(dataFolder);
  const copies = as === undefined ? async () => parent : makeSystemFolder;
  return { parent, dataFolder, as, programs: { links: parent, copies } };
}

async function chooseHome(folder: string, log: Log | undefined): Promise<Home> {
  const user = await findSystemUser(log);
  if (await canEnter(folder, user)) return homeOf(pathsIn(folder).data, user);
  const hash = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  // A new name each time: what a removed `.copycat` left behind has another password.
  const parent = await mkdtemp(join(await makeSystemFolder(), `${hash}-`));
  await chmod(parent, 0o711);
  await writeFile(join(parent, ownerFile), `${folder}\n`);
  await symlink(pathsIn(parent).data, pathsIn(folder).data);
  log?.notice(`The user "${user.name}" cannot enter ${folder}: the data go to ${parent}.`);
  return await checkHome(homeOf(pathsIn(parent).data, user));
}

async function checkHome(home: Home): Promise<Home> {
  if (home.as === undefined || (await canEnter(home.parent, home.as))) return home;
  throw new CopycatError(
    "EMBEDDED_SERVER",
    `The embedded PostgreSQL runs as "${home.as.name}", who cannot enter ${home.parent} (was it moved below a ` +
      "closed folder, or its mode changed?). Move it back, or let others enter the folders above it (chmod o+x).",
  );
}

/** Data that are there are run by whom they belong to; new ones by the usual user. */
async function ownerOf(dataFolder: string, log: Log | undefined): Promise<SystemUser> {
  const found = await stat(dataFolder).catch(() => undefined);
  if (found === undefined || found.uid === 0) return await findSystemUser(log);
  return { name: await describeUser(found.uid), uid: found.uid, gid: found.gid };
}

/** Where `postgres` leads. A `.copycat` that was moved keeps its data; one that was copied has none of its own. */
async function followLink(folder: string): Promise<string> {
  const link = pathsIn(folder).data;
  const dataFolder = await realpath(link).catch(async () => resolve(folder, await readlink(link)));
  const parent = dirname(dataFolder);
  if (parent === folder) return dataFolder;
  if ((await stat(parent).catch(() => undefined)) === undefined) {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      `The data of ${folder} were in ${parent}, and are gone. Bring them back, or remove ${folder} to begin anew.`,
    );
  }
  const original = (await readFile(join(parent, ownerFile), "utf8").catch(() => "")).trim();
  // No such file: a link that somebody made by hand, to another disk for example.
  if (original === folder || original === "") return dataFolder;
  if ((await readlink(pathsIn(original).data).catch(() => undefined)) === dataFolder) {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      `${folder} is a copy of ${original}, and its data, in ${parent}, were not copied with it. ` +
        `Remove ${folder} to begin anew, or load from a dump of the original.`,
    );
  }
  await writeFile(join(parent, ownerFile), `${folder}\n`);
  return dataFolder;
}

/** Made when needed only: a container may have a read-only /var and its project on a volume that all can enter. */
async function makeSystemFolder(): Promise<string> {
  const advice = words("Run copycat as an ordinary user, or pass ", setting("dsn"), ".");
  let uid: number;
  try {
    await mkdir(systemFolder, { recursive: true });
    await chmod(systemFolder, 0o755);
    uid = (await stat(systemFolder)).uid;
  } catch (error) {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      words(
        `Root's embedded PostgreSQL needs ${systemFolder}, which cannot be made (${errorCode(error)}). `,
        advice,
      ),
      { cause: error },
    );
  }
  if (uid === 0) return systemFolder;
  const owner = await describeUser(uid);
  throw new CopycatError(
    "EMBEDDED_SERVER",
    words(
      `Root's embedded PostgreSQL needs ${systemFolder} for itself, and it belongs to ${owner}. `,
      advice,
    ),
  );
}
