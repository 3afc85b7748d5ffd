// PostgreSQL refuses to run as root. Started by root, it runs as an operating-system user of its own.

import { readFile } from "node:fs/promises";
import { CopycatError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { setting, words } from "../../wording.ts";
import { run } from "./processes.ts";
import type { SystemUser } from "./types.ts";

const userName = "copycat";

/** True when this process is root, so that the server needs another user. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** The user `copycat`, made when it is not there; `nobody` where it cannot be made. For root only. */
export async function findSystemUser(log: Log | undefined): Promise<SystemUser> {
  const existing = await lookUp(userName);
  if (existing !== undefined) return existing;
  const made = await run("useradd", [
    "--system",
    "--no-create-home",
    "--shell",
    "/usr/sbin/nologin",
    userName,
  ]);
  // Looked up whatever useradd says: a command in another folder may have been faster (exit status 9).
  const user = await lookUp(userName);
  if (user !== undefined) {
    if (made.status === 0) {
      log?.notice(`PostgreSQL does not run as root: made the system user "${userName}" for it.`);
    }
    return user;
  }
  const nobody = await lookUp("nobody");
  if (nobody !== undefined) {
    log?.notice(
      `PostgreSQL does not run as root, and useradd made no user "${userName}": it runs as "nobody".`,
    );
    return nobody;
  }
  throw new CopycatError(
    "EMBEDDED_SERVER",
    words(
      `PostgreSQL does not run as root, and there is no user "${userName}" or "nobody" to run it as ` +
        `(useradd: ${made.spawnError ?? made.output}). Run copycat as an ordinary user, or pass `,
      setting("dsn"),
      ".",
    ),
  );
}

/** True when the user can enter the folder; tried, not guessed, since modes are not all that counts. */
export async function canEnter(folder: string, user: SystemUser): Promise<boolean> {
  const { status, spawnError } = await run("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], { as: user });
  if (spawnError === "EPERM" || spawnError === "EINVAL") {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      words(
        `PostgreSQL does not run as root, and this process may not start one as "${user.name}" (${spawnError}; ` +
          "a container without the capability SETUID?). Run copycat as an ordinary user, or pass ",
        setting("dsn"),
        ".",
      ),
    );
  }
  return status === 0;
}

/** The name of a user id for messages: `alice (uid 1000)`. */
export async function describeUser(uid: number): Promise<string> {
  const name = (await readUsers()).find((user) => user.uid === uid)?.name;
  return name === undefined ? `uid ${uid}` : `${name} (uid ${uid})`;
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  return (await readUsers()).find((user) => user.name === name);
}

/** passwd(5): name, password, uid, gid, ... */
async function readUsers(): Promise<SystemUser[]> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    if (name === undefined || gid === undefined || name.startsWith("#")) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
