// Which attributes are to be kept: `*` or null for all, or by dataset and group.

import { CopycatError } from "../../errors.ts";
import type { EntityData, GroupData } from "../types.ts";

/** `{ roads: { segments: ["speed"] } }`; null or `*` in any place stands for all that is there. */
export type DataMask =
  | "*"
  | null
  | Readonly<Record<string, "*" | null | Readonly<Record<string, "*" | null | readonly string[]>>>>;

export type Masked = (dataset: string, data: EntityData) => EntityData;

/** @throws CopycatError USAGE */
export function makeMask(mask: DataMask | undefined): Masked {
  if (mask === undefined || mask === null || mask === "*") return (_dataset, data) => data;
  checkMask(mask);
  return (dataset, data) => {
    const groups = Object.hasOwn(mask, dataset) ? mask[dataset] : undefined;
    if (groups === undefined) return new Map();
    if (groups === null || groups === "*") return data;
    const kept = new Map<string, GroupData>();
    for (const [group, attributes] of data) {
      const names = Object.hasOwn(groups, group) ? groups[group] : undefined;
      if (names === undefined) continue;
      const isKept = (attribute: string): boolean =>
        names === null || names === "*" || attribute === "id" || names.includes(attribute);
      kept.set(group, new Map([...attributes].filter(([attribute]) => isKept(attribute))));
    }
    return kept;
  };
}

function checkMask(mask: unknown): void {
  const isAll = (value: unknown): boolean => value === null || value === "*";
  const isObject = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const refuse = (path: string, wanted: string): never => {
    throw new CopycatError("USAGE", `The mask${path} must be ${wanted}, "*" or null.`);
  };
  if (!isObject(mask)) refuse("", "an object of datasets");
  for (const [dataset, groups] of Object.entries(mask as object) as [string, unknown][]) {
    if (isAll(groups)) continue;
    if (!isObject(groups)) refuse(` of ${dataset}`, "an object of groups");
    for (const [group, names] of Object.entries(groups as object) as [string, unknown][]) {
      const isList = Array.isArray(names) && names.every((name) => typeof name === "string");
      if (!isAll(names) && !isList) refuse(` of ${dataset}.${group}`, "a list of attributes");
    }
  }
}
