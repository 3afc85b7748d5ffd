// Which target a dataset belongs to.

import { CopycatError } from "../errors.ts";
import type { Target, Targets } from "./types.ts";

/**
 * The target that names the dataset; else the one with a pattern that fits; else the default.
 *
 * @param dataset the dataset's key, the first segment of its path
 * @throws CopycatError USAGE when none takes it, or patterns of several do
 */
export function targetOf({ path, list }: Targets, dataset: string): Target {
  const named = list.find(({ datasets }) => datasets.includes(dataset));
  if (named !== undefined) return named;
  const fitting = list.filter(({ datasets }) => datasets.some((pattern) => patternOf(pattern).test(dataset)));
  if (fitting.length > 1) {
    const names = fitting.map(({ name }) => name).join(" and ");
    throw new CopycatError(
      "USAGE",
      `Patterns of ${names} all fit the dataset ${dataset}. Name it at one of them, in ${path}.`,
    );
  }
  const [target = list.find(({ isDefault }) => isDefault)] = fitting;
  if (target !== undefined) return target;
  throw new CopycatError(
    "USAGE",
    `No target takes the dataset ${dataset}. Name it at one of ${list.map(({ name }) => name).join(", ")}, or make one the default, in ${path}.`,
  );
}

/** As `targetOf`; null where that throws. */
export function findTargetOf(targets: Targets, dataset: string): Target | null {
  try {
    return targetOf(targets, dataset);
  } catch {
    return null;
  }
}

/**
 * The default, else the first: takes what no dataset says where it belongs.
 *
 * @throws CopycatError USAGE when the file names none
 */
export function homeOf({ list, path }: Targets): Target {
  const target = list.find(({ isDefault }) => isDefault) ?? list[0];
  if (target === undefined) throw new CopycatError("USAGE", `${path} names no target. Name at least one.`);
  return target;
}

/** `*` is any characters, `?` is one. */
function patternOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "su");
}
