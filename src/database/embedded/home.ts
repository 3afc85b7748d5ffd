// Where the data lie. In `.copycat` itself, except when root runs copycat below a folder that the server's user
// cannot enter (/root is 0700): then in /var/lib/copycat, and `.copycat/postgres` is a link to them.

import { createHash } from "node:crypto";
import {
  chmod,
  chown,
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
import { dirname, join } from "node:path";
import { CopycatError, errorCode } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { ProgramFolders } from "./binaries.ts";
import { pathsIn } from "./folder.ts";
import { canEnter, describeUser, findSystemUser, isRoot } from "./systemUser.ts";
import type { SystemUser } from "./types.ts";

const systemFolder = "/var/lib/copycat";
/** Says, beside data in /var/lib/copycat, which `.copycat` they belong to. */
const ownerFile = "folder";

export interface Home {
  /** The folder that holds the data folder; nobody but us writes there. */
  parent: string;
  dataFolder: string;
  /** The user to run the server as; undefined when it is us. */
  as: SystemUser | undefined;
  programs: ProgramFolders;
}

/** Finds the data's place, or chooses it. Call it with the lock held. */
export async function findHome(folder: string, log: Log | undefined): Promise<Home> {
  const real = await realpath(folder);
  if (!isRoot()) return homeIn(real, undefined, real);
  const link = pathsIn(real).data;
  const found = await lstat(link).catch(() => undefined);
  if (found === undefined) return await chooseHome(real, log);
  if (!found.isSymbolicLink())
    return await checkHome(homeIn(real, await ownerOf(link, log), await makeSystemFolder()));
  const dataFolder = await readlink(link);
  const parent = dirname(dataFolder);
  await checkLink(real, parent);
  return await checkHome(homeIn(parent, await ownerOf(dataFolder, log), systemFolder));
}

function homeIn(parent: string, as: SystemUser | undefined, copies: string): Home {
  return { parent, dataFolder: join(parent, "postgres"), as, programs: { links: parent, copies } };
}

async function chooseHome(folder: string, log: Log | undefined): Promise<Home> {
  const user = await findSystemUser(log);
  await makeSystemFolder();
  if (await canEnter(folder, user)) return homeIn(folder, user, systemFolder);
  const hash = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  // A new name each time: what a removed `.copycat` left behind has another password.
  const parent = await mkdtemp(join(systemFolder, `${hash}-`));
  await chmod(parent, 0o711);
  await writeFile(join(parent, ownerFile), `${folder}\n`);
  await symlink(join(parent, "postgres"), pathsIn(folder).data);
  log?.notice(`The user "${user.name}" cannot enter ${folder}: the data go to ${parent}.`);
  return await checkHome(homeIn(parent, user, systemFolder));
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

/** A `.copycat` that was moved keeps its data; one that was copied has none of its own. */
async function checkLink(folder: string, parent: string): Promise<void> {
  const owner = await readFile(join(parent, ownerFile), "utf8").catch((error: unknown) => {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      `The data of ${folder} were in ${parent}, and are gone (${errorCode(error)}). ` +
        `Bring them back, or remove ${folder} to begin anew.`,
      { cause: error },
    );
  });
  const original = owner.trim();
  if (original === folder) return;
  const there = await readlink(pathsIn(original).data).catch(() => undefined);
  if (there === pathsIn(parent).data) {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      `${folder} is a copy of ${original}, and its data, in ${parent}, were not copied with it. ` +
        `Remove ${folder} to begin anew, or load from a dump of the original.`,
    );
  }
  await writeFile(join(parent, ownerFile), `${folder}\n`);
}

async function makeSystemFolder(): Promise<string> {
  try {
    await mkdir(systemFolder, { recursive: true });
    await chown(systemFolder, 0, 0);
    await chmod(systemFolder, 0o755);
    return systemFolder;
  } catch (error) {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      `Root's embedded PostgreSQL needs ${systemFolder}, which cannot be made (${errorCode(error)}). ` +
        "Run copycat as an ordinary user, or pass --dsn.",
      { cause: error },
    );
  }
}
