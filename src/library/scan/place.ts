// Which folder is scanned: the library's root, or one below it.

import { lstat, stat } from "node:fs/promises";
import { CopycatError } from "../../errors.ts";
import { decodePath, encodePath } from "../paths.ts";
import { absolutePath } from "./readers.ts";

export interface ScanPlace {
  /** Absolute, as bytes. */
  root: Buffer;
  /** Relative to the root, as text; "" is the root. */
  folder: string;
  /** The folder itself, for messages. */
  name: string;
  /** Whether it is there. */
  exists: boolean;
}

/**
 * @param root of the library, as text
 * @param folder relative to the root or absolute, as text
 * @throws CopycatError USAGE for a folder that is not below the root, or behind a symbolic link; UNREADABLE_SOURCE when it
 * cannot be looked at, or is a file
 */
export async function findPlace(root: string, folder = ""): Promise<ScanPlace> {
  const rootBytes = absolutePath(decodePath(root === "/" ? root : root.replace(/\/+$/, "")));
  const relative = relativeFolder(encodePath(rootBytes), folder);
  const bytes = relative === "" ? rootBytes : joinBytes(rootBytes, decodePath(relative));
  await refuseLinks(rootBytes, relative);
  const name = encodePath(bytes);
  try {
    if (!(await stat(bytes)).isDirectory()) {
      throw new CopycatError(
        "UNREADABLE_SOURCE",
        `${name} is a file; a scan takes the folder that it is in.`,
      );
    }
    return { root: rootBytes, folder: relative, name, exists: true };
  } catch (error) {
    if (isGone(error)) return { root: rootBytes, folder: relative, name, exists: false };
    if (error instanceof CopycatError) throw error;
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot look into ${name}: ${String(error)}.`, {
      cause: error,
    });
  }
}

function relativeFolder(root: string, folder: string): string {
  const trimmed = folder.replace(/\/+$/, "");
  const isInside = trimmed === root || trimmed.startsWith(root === "/" ? root : `${root}/`);
  if (folder.startsWith("/") && !isInside) {
    throw new CopycatError("USAGE", `${folder} is not below the library's root, ${root}.`);
  }
  const relative = folder.startsWith("/") ? trimmed.slice(root.length).replace(/^\//, "") : trimmed;
  const parts = relative.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) {
    throw new CopycatError("USAGE", `${folder} is not below the library's root, ${root}.`);
  }
  return parts.join("/");
}

async function refuseLinks(root: Buffer, folder: string): Promise<void> {
  const parts = folder === "" ? [] : folder.split("/");
  for (let count = 1; count <= parts.length; count++) {
    const path = joinBytes(root, decodePath(parts.slice(0, count).join("/")));
    const stats = await lstat(path).catch(() => null);
    if (stats?.isSymbolicLink()) {
      throw new CopycatError(
        "USAGE",
        `${encodePath(path)} is a symbolic link, which a scan does not follow; make what it points to a library of its own.`,
      );
    }
  }
}

export const joinBytes = (folder: Buffer, name: Buffer): Buffer =>
  folder.equals(Buffer.from("/"))
    ? Buffer.concat([folder, name])
    : Buffer.concat([folder, Buffer.from("/"), name]);

/** Nothing is there; what cannot be looked at may well be. */
export const isGone = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");

/** Of paths as text, relative to the root, which is "". */
export const isBelow = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => folder === "" || path.startsWith(`${folder}/`));
