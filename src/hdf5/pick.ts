// A few named things of one file in one go; nothing is asked of HDF5 twice.

import type { JsonText } from "../json.ts";
import { attributesOf, describeDataset, smallValueOf } from "./describe.ts";
import type { HdfFile } from "./file.ts";
import type { NativeArray } from "./native.ts";
import { normalizePath } from "./path.ts";
import type { JsonRecord, PickRequest, PickResult } from "./types.ts";

/** Longer arrays are data, not values of metadata. */
export const defaultValueElements = 1000;

export function pick(file: HdfFile, request: PickRequest): PickResult {
  const types = new Map<string, NativeArray | undefined>();
  const typeOf = (path: string): NativeArray | undefined => {
    if (!types.has(path)) types.set(path, file.dataset(path));
    return types.get(path);
  };
  const maxElements = request.valueElements ?? defaultValueElements;
  const valueAt = (path: string, elements: number): JsonText | undefined => {
    const type = typeOf(path);
    return type && smallValueOf(file, path, { type, maxElements: elements });
  };

  const datasets = request.datasets.map((path) => {
    const type = typeOf(normalizePath(path));
    const item = describeDataset(file, normalizePath(path), type ? { type } : {});
    return { ...item, path };
  });

  const values: [string, JsonText][] = [];
  const group = request.valuesIn === undefined ? undefined : normalizePath(request.valuesIn);
  for (const name of group === undefined ? [] : (file.names(group) ?? [])) {
    const path = group === "/" ? `/${name}` : `${group}/${name}`;
    if (request.scalarsOnly && typeOf(path)?.shape?.length !== 0) continue;
    const value = valueAt(path, maxElements);
    if (value !== undefined) values.push([name, value]);
  }

  const single: [string, JsonText][] = [];
  for (const path of request.valuesOf ?? []) {
    const value = valueAt(normalizePath(path), maxElements);
    if (value !== undefined) single.push([path, value]);
  }

  return {
    datasets,
    attributes: attributesAt(file, request.attributesOf),
    values: Object.fromEntries(values),
    single: Object.fromEntries(single),
  };
}

function attributesAt(file: HdfFile, path: string | undefined): JsonRecord {
  if (path === undefined) return {};
  const normal = normalizePath(path);
  const target = normal === "/" ? "group" : file.target(normal);
  return target === "group" || target === "dataset" ? attributesOf(file, normal) : {};
}
