// A window of rows of datasets that are columns of one table: the same length along their leading axis.

import type { JsonText } from "../json.ts";
import type { HdfFile } from "./file.ts";
import { normalizePath } from "./path.ts";
import { elementCount } from "./slabs.ts";
import type { ColumnsRequest, ColumnsResult } from "./types.ts";
import { rowsToJson, UnreadableValues } from "./values.ts";

const defaultRowElements = 1000;

export function columns(file: HdfFile, request: ColumnsRequest): ColumnsResult {
  const group: [string, JsonText[]][] = [];
  if (request.group !== undefined) {
    const parent = normalizePath(request.group);
    for (const name of file.names(parent) ?? []) {
      const rows = windowOf(file, parent === "/" ? `/${name}` : `${parent}/${name}`, request);
      if (rows) group.push([name, rows]);
    }
  }
  const datasets: [string, JsonText[]][] = [];
  for (const path of request.datasets ?? []) {
    const rows = windowOf(file, normalizePath(path), request);
    if (rows) datasets.push([path, rows]);
  }
  return { group: Object.fromEntries(group), datasets: Object.fromEntries(datasets) };
}

/** Undefined for what is no column: another length, rows too wide to be a value, not readable. */
function windowOf(file: HdfFile, path: string, request: ColumnsRequest): JsonText[] | undefined {
  const type = file.dataset(path);
  if (type?.shape?.[0] !== request.rows) return undefined;
  if (elementCount(type.shape.slice(1)) > (request.rowElements ?? defaultRowElements)) return undefined;
  const start = Math.min(Math.max(0, request.start), request.rows);
  const count = Math.min(Math.max(0, request.count), request.rows - start);
  try {
    return rowsToJson(file, { path, type, start, count });
  } catch (error) {
    if (error instanceof UnreadableValues) return undefined;
    throw error;
  }
}
