// The native folder of a platform package: the symlinks that npm cannot carry, and a complete copy of it all.

import { randomBytes } from "node:crypto";
import { access, chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "../../errors.ts";

/** Copies the programs to `bin/NAME`, with their links; a copy that is there is complete, because of the rename. */
export async function copyNative(native: string, name: string, parent: string): Promise<string> {
  const target = join(parent, "bin", name);
  if (!(await isMissing(target))) return target;
  const temporary = `${target}.${randomBytes(6).toString("hex")}`;
  await mkdir(dirname(target), { recursive: true });
  await chmod(dirname(target), 0o755);
  try {
    // Archives and headers are for compiling: 2 MB of 60.
    const unneeded = /\.a$|[\\/]pgxs$|[\\/]pkgconfig$/;
    await cp(native, temporary, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !unneeded.test(source),
    });
    await makeLinks(join(temporary, "lib"), await readLinks(native), (file) => file);
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

export interface Link {
  name: string;
  file: string;
}

/** pg-symlinks.json: `[{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }]`. */
export async function readLinks(native: string): Promise<Link[]> {
  const text = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const entries = JSON.parse(text) as { source: string; target: string }[];
  return entries.map(({ source, target }) => ({ name: basename(target), file: basename(source) }));
}

/** Makes the links in a folder, each to what `to` answers for its file. */
export async function makeLinks(folder: string, links: Link[], to: (file: string) => string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  for (const { name, file } of links) {
    await symlink(to(file), join(folder, name)).catch((error: unknown) => {
      if (errorCode(error) !== "EEXIST") throw error;
    });
  }
}

/** True when nothing is at the path, or it cannot be looked at. */
export async function isMissing(path: string): Promise<boolean> {
  return await access(path).then(
    () => false,
    () => true,
  );
}
