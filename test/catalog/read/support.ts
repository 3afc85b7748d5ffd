// Nodes whose data sources say more than those of most tests, and what comes of reading them.

import type { NodeRecord } from "../../../src/catalog/index.ts";
import { makeArrayStructure } from "../../../src/catalog/index.ts";
import type { CatalogArray } from "../../../src/catalog/read/types.ts";
import { type ArrayOptions, array, float64, json } from "../../support/nodes.ts";

export interface SourceOptions extends ArrayOptions {
  /** Beside `dataset`; a `dataset` here takes its place. */
  parameters?: object;
  dataType?: { itemsize: number };
  mimetype?: string;
}

/** An array whose data source has these parameters. */
export function sourced(
  path: string,
  { parameters = {}, dataType = float64, mimetype, ...rest }: SourceOptions,
): NodeRecord {
  const record = array(path, {
    ...rest,
    structure: makeArrayStructure({ shape: rest.shape ?? [3, 4], dataType, chunks: null }),
  });
  const { dataSource } = record;
  if (dataSource === null) throw new Error("An array has a data source.");
  const known = { dataset: rest.dataset ?? record.key, ...parameters };
  return {
    ...record,
    dataSource: { ...dataSource, parameters: json(known), mimetype: mimetype ?? dataSource.mimetype },
  };
}

/** Numbers as a list, which a failure shows. */
export function numbers({ data }: CatalogArray): number[] {
  return Array.from(data as Float64Array);
}

/** 0, 1, 2, ... */
export function counting(length: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => index);
}
