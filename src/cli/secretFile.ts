// Files with passwords in them: readable by their owner only, and never in the place of somebody else's file.

import { readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { CopycatError, errorMessage } from "../errors.ts";

/**
 * The text of a file that may be overwritten, since it begins with `mark`; null when there is no file.
 *
 * @throws CopycatError USAGE when something else is there
 */
export async function readOwnFile(path: string, mark: string): Promise<string | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  const text = found.isFile() ? await readFile(path, "utf8").catch(() => "") : "";
  if (text.startsWith(mark)) return text;
  throw new CopycatError(
    "USAGE",
    `${path} is there already and was not made by copycat; name another file, or remove it first.`,
  );
}

/** Writes a file that only its owner may read, whole or not at all. */
export async function writeSecretFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw new CopycatError(
      "UNREADABLE_SOURCE",
      `Cannot write ${path}: ${errorMessage(error)}. Name another file.`,
      { cause: error },
    );
  }
}
