// The `.copycat` folder: .gitignore, password, port, postgres.log, and the data in (or behind) `postgres`.

import { randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CopycatError, errorCode } from "../../errors.ts";
import { setting, words } from "../../wording.ts";
import { loopback } from "./port.ts";
import { describeUser, isRoot } from "./systemUser.ts";

export const roleName = "copycat";
export const databaseName = "copycat";

/** What lies where in a `.copycat` folder. */
export function pathsIn(folder: string) {
  return {
    /** The data folder, or a link to it. */
    data: join(folder, "postgres"),
    password: join(folder, "password"),
    port: join(folder, "port"),
    log: join(folder, "postgres.log"),
    gitignore: join(folder, ".gitignore"),
  };
}

/** Makes the folder, closed to others and ignored by git. @throws CopycatError `EMBEDDED_SERVER` when it is another user's */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      words(
        `Cannot make ${folder} for the embedded PostgreSQL (${errorCode(error)}). Change to a folder that you can write to, or pass `,
        setting("dsn"),
        ".",
      ),
      { cause: error },
    );
  }
  await checkOwner(folder);
  // For root the server runs as another user, who has to get through; names inside stay unreadable.
  await chmod(folder, isRoot() ? 0o711 : 0o700).catch(() => undefined);
  await writeFile(pathsIn(folder).gitignore, "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error;
  });
}

/** @throws CopycatError `EMBEDDED_SERVER` when the folder belongs to someone else; false when there is none */
export async function checkOwner(folder: string): Promise<boolean> {
  const found = await stat(folder).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return false;
  const self = process.geteuid?.();
  if (self === undefined || self === found.uid) return true;
  const owner = await describeUser(found.uid);
  throw new CopycatError(
    "EMBEDDED_SERVER",
    words(
      `${folder} belongs to ${owner}, and this is ${await describeUser(self)}. Run copycat as ${owner}, ` +
        "run it in a folder of your own, pass ",
      setting("dsn"),
      ", or, if its data can go, have the owner remove it.",
    ),
  );
}

/** The superuser's password: the stored one, else a new one of 256 random bits. */
export async function ensurePassword(folder: string): Promise<string> {
  const existing = await readPassword(folder);
  if (existing !== undefined) return existing;
  const { password: path, data } = pathsIn(folder);
  if ((await lstat(join(data, "PG_VERSION")).catch(() => undefined)) !== undefined) {
    throw new CopycatError(
      "EMBEDDED_SERVER",
      `${path} is missing, and nobody else knows the password of the database in ${data}. ` +
        `Put the file back, or remove ${folder} to begin anew without that data.`,
    );
  }
  const password = randomBytes(32).toString("base64url");
  await writePrivate(path, `${password}\n`);
  return password;
}

/** The stored password, if any. */
export async function readPassword(folder: string): Promise<string | undefined> {
  const text = await readFile(pathsIn(folder).password, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  });
  return text.trim() === "" ? undefined : text.trim();
}

/** The port of the last start, if any. */
export async function readPort(folder: string): Promise<number | undefined> {
  const port = Number(await readFile(pathsIn(folder).port, "utf8").catch(() => ""));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** Remembers the port, so that a connection string stays true over a restart. */
export async function writePort(folder: string, port: number): Promise<void> {
  await writePrivate(pathsIn(folder).port, `${port}\n`);
}

/** The connection string of the embedded server, for one of its databases. */
export function dsnFor(port: number, password: string, database: string = databaseName): string {
  return `postgresql://${roleName}:${password}@${loopback}:${port}/${database}`;
}

async function writePrivate(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}
