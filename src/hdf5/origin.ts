// Which file an object really lies in, when external links lead from one file into another.

import { realpathSync } from "node:fs";
import { basename, dirname, posix, resolve } from "node:path";
import type { HdfFile } from "./file.ts";

const maxHops = 32;

/** An object's own place: the real path of its file, and its path in that file. */
export interface Origin {
  file: string;
  path: string;
}

/** Follows external links, and in the first file soft links, to the file that holds the object at `path`. */
export function originOf(file: HdfFile, path: string, hops = 0): Origin {
  const first = realPath(file.path);
  const origin: Origin = { file: first, path: "/" };
  const segments = path.split("/").filter(Boolean);
  let current = "";
  for (const [index, segment] of segments.entries()) {
    current += `/${segment}`;
    const link = file.linkAt(current);
    if (link?.kind === "userLink") {
      origin.file = externalFile(origin.file, link.file);
      origin.path = posix.join("/", link.path);
      // HDF5 must not be asked for links behind one that leads nowhere.
      if (!exists(origin.file))
        return { file: origin.file, path: posix.join(origin.path, ...segments.slice(index + 1)) };
    } else if (link?.kind === "softLink" && origin.file === first && hops < maxHops) {
      const target = posix.resolve(posix.dirname(current), link.path);
      return originOf(file, posix.join(target, ...segments.slice(index + 1)), hops + 1);
    } else {
      origin.path = posix.join(origin.path, segment);
    }
  }
  return origin;
}

/** HDF5 looks next to the linking file first, then in the working folder. */
function externalFile(from: string, name: string): string {
  const candidates = [resolve(dirname(from), name), resolve(dirname(from), basename(name)), resolve(name)];
  for (const candidate of candidates) {
    const real = realPath(candidate);
    if (real !== candidate || exists(candidate)) return real;
  }
  return candidates[0] ?? name;
}

function exists(path: string): boolean {
  try {
    realpathSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Without symbolic links, as far as the file exists. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
