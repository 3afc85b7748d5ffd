// Assets of records that come from somebody who may not name any file.

import { realpathSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import type { NodeRecord, Reject } from "../../catalog/index.ts";
import { errorCode } from "../../errors.ts";

/**
 * Why a node is refused: one of its files is not below any of the roots, by its name or by a link. Null when all are, or
 * when there are no roots. What is no file of this machine is for the catalog's server to judge.
 */
export function strayAsset(
  node: NodeRecord,
  roots: readonly string[] | undefined,
): Pick<Reject, "code" | "message"> | null {
  if (roots === undefined) return null;
  for (const { dataUri } of node.dataSource?.assets ?? []) {
    const path = /^file:\/\/[^/]*(\/.*)$/s.exec(dataUri)?.[1];
    if (path === undefined || isBelow(path, roots)) continue;
    return {
      code: "outside_roots",
      message: `The file of the asset ${dataUri} is not below an allowed folder.`,
    };
  }
  return null;
}

function isBelow(path: string, roots: readonly string[]): boolean {
  const real = realPath(normalize(path));
  if (real === "") return false;
  return roots.some((root) => {
    const folder = realPath(normalize(root));
    return (
      folder !== "" && (real === folder || real.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    );
  });
}

/** Links followed as far as the path is there: a file may come later, or be on another machine. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    const above = dirname(path);
    // Anything but "there is none" (a loop, a folder that may not be looked into) leads nowhere known: never below a root.
    if (errorCode(error) !== "ENOENT" || above === path) return "";
    const folder = realPath(above);
    return folder === "" ? "" : join(folder, path.slice(above.length));
  }
}
