// Which file an object really lies in, when external links lead from one file into another.

import { realpathSync } from "node:fs";
import { basename, dirname, posix, resolve } from "node:path";
import type { HdfFile } from "./file.ts";

const maxHops = 32;

/** The real path of the file that holds the object at `path`; soft links are followed in the first file. */
export function originOf(file: HdfFile, path: string, hops = 0): string {
  const { native } = file.library;
  let origin = realPath(file.path);
  const segments = path.split("/").filter(Boolean);
  let current = "";
  for (const [index, segment] of segments.entries()) {
    current += `/${segment}`;
    const external = file.library.attempt(() => native.get_external_link(file.id, current)).value;
    if (external.filename !== undefined) {
      origin = externalFile(origin, external.filename);
      continue;
    }
    const inFirstFile = origin === realPath(file.path);
    const soft = file.library.attempt(() => native.get_symbolic_link(file.id, current)).value;
    if (soft !== null && inFirstFile && hops < maxHops) {
      const rest = segments.slice(index + 1);
      return originOf(file, posix.join("/", posix.resolve(dirname(current), soft), ...rest), hops + 1);
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

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
