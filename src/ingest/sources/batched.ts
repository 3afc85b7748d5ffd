// Layout batched: the leading axis of every data set is the entity. A file may hold millions of them, so its
// parameters are read in windows of rows.

import type { Reject } from "../../catalog/index.ts";
import type { ColumnsRequest, ColumnsResult, DatasetItem, JsonRecord, PickResult } from "../../hdf5/index.ts";
import { stringToJson } from "../../json.ts";
import type { DatasetDescription } from "../../manifest/index.ts";
import type { ListedFile } from "../listFiles.ts";
import { type CatalogFile, type MetadataEntry, makeArray, makeContainer, reject } from "../shape.ts";
import type { SourceBatch } from "../types.ts";
import {
  artifactMetadata,
  extraEntries,
  isPassedOver,
  lacksParameters,
  locators,
  noParameters,
} from "./artifacts.ts";
import { BatchBuilder } from "./batch.ts";
import { type DatasetContext, keyOfFile } from "./context.ts";

const windowRows = 2000;

/** Ids of nodes are int4. A file of a kilobyte can declare any number of rows that were never written. */
const mostRows = 2 ** 31 - 1;

interface BatchedFile {
  listed: ListedFile;
  file: CatalogFile;
  /** By artifact; undefined where the artifact is refused for the whole file. */
  items: (DatasetItem | undefined)[];
  rows: number;
  attributes: JsonRecord;
}

export async function* readBatched(
  context: DatasetContext,
  listed: ListedFile,
  file: CatalogFile,
): AsyncGenerator<SourceBatch> {
  const { description, reader } = context;
  const picked = await reader.pick(file.path, {
    datasets: description.artifacts.map(({ dataset }) => dataset),
    ...(description.parameters.location === "root_attributes" ? { attributesOf: "/" } : {}),
  });
  const { rows, items, rejects } = sortItems(picked, description, file);
  if (rows > mostRows) {
    const place = { source: file.path, position: "/" };
    const message = `its data sets have ${rows} rows, and a catalog has ids for ${mostRows} nodes`;
    yield { nodes: [], rejects: [...rejects, reject(place, "too_many_rows", message)], filesDone: 1 };
    return;
  }
  yield { nodes: [], rejects, filesDone: 0 };
  const batched: BatchedFile = { listed, file, items, rows, attributes: picked.attributes };
  const batch = new BatchBuilder();
  for (let start = 0; start < rows && context.remaining.entities > 0; start += windowRows) {
    const count = Math.min(windowRows, rows - start, context.remaining.entities);
    context.remaining.entities -= count;
    const columns = await reader.columns(file.path, columnsRequest(context, rows, start, count));
    dropArtifacts(columns, description);
    if (lacksParameters(description, columns.group)) {
      batch.add(noParameters(description, file));
      break;
    }
    for (let row = 0; row < count; row++) {
      addEntity(batch, context, batched, columns, start + row, row);
      if (batch.isFull) yield batch.take();
    }
  }
  yield batch.take(1);
}

/** Parameters and artifacts may share a group; what is an artifact is no parameter. */
function dropArtifacts(columns: ColumnsResult, { artifacts, parameters }: DatasetDescription): void {
  const group = parameters.location === "root_scalars" ? "" : (parameters.group ?? "/params");
  for (const { dataset } of artifacts) {
    const name = dataset.slice(dataset.lastIndexOf("/") + 1);
    if (dataset === `${group === "/" ? "" : group}/${name}`) delete columns.group[name];
  }
}

/** The first artifact that has a leading axis says how many entities there are; the others must agree. */
function sortItems(
  picked: PickResult,
  { artifacts }: DatasetDescription,
  file: CatalogFile,
): { rows: number; items: (DatasetItem | undefined)[]; rejects: Reject[] } {
  const rejects: Reject[] = [];
  let rows: number | undefined;
  const items = picked.datasets.map((item, index) => {
    const artifact = artifacts[index];
    if (artifact !== undefined && isPassedOver(artifact, item)) return undefined;
    const place = { source: file.path, position: item.path };
    if (item.kind === "problem") {
      rejects.push(reject(place, item.code, item.message));
      return undefined;
    }
    const length = item.shape?.[0];
    rows ??= length;
    if (length !== undefined && length === rows) return item;
    const found = length === undefined ? "is a scalar" : `has ${length} rows`;
    rejects.push(
      reject(
        place,
        "wrong_length",
        `${item.path} ${found}; the layout is batched and ${rows ?? "no"} entities were found`,
      ),
    );
    return undefined;
  });
  return { rows: rows ?? 0, items, rejects };
}

function columnsRequest(
  { description }: DatasetContext,
  rows: number,
  start: number,
  count: number,
): ColumnsRequest {
  const { location, group } = description.parameters;
  const datasets = description.extraMetadata.map(({ dataset }) => dataset);
  if (location === "root_attributes") return { start, count, rows, datasets };
  if (location === "root_scalars") return { start, count, rows, datasets, group: "/", rowElements: 1 };
  return { start, count, rows, datasets, group: group ?? "/params" };
}

function addEntity(
  batch: BatchBuilder,
  { description, label }: DatasetContext,
  batched: BatchedFile,
  columns: ColumnsResult,
  index: number,
  windowRow: number,
): void {
  const { listed, file, items, attributes } = batched;
  const key = `${keyOfFile(listed.relativePath)}_${index}`;
  const metadata: MetadataEntry[] = [
    ...Object.entries(attributes),
    ...rowOf(columns.group, windowRow),
    ...extraEntries(Object.fromEntries(rowOf(columns.datasets, windowRow))),
    ...locators(description.artifacts, listed.relativePath, index, items),
    ["source", stringToJson(label)],
  ];
  batch.add(
    makeContainer(
      { parentPath: [description.key], key, source: file.path, position: `row ${index}` },
      metadata,
    ),
  );
  for (const [position, { type }] of description.artifacts.entries()) {
    const item = items[position];
    if (item === undefined) continue;
    const place = {
      parentPath: [description.key, key],
      key: type,
      source: file.path,
      position: `${item.path} row ${index}`,
    };
    const shape = (item.shape ?? []).slice(1);
    batch.add(makeArray(place, item, file, artifactMetadata(type, item, shape), { index }));
  }
}

function rowOf(columns: ColumnsResult["group"], row: number): MetadataEntry[] {
  const entries: MetadataEntry[] = [];
  for (const [name, values] of Object.entries(columns)) {
    const value = values[row];
    if (value !== undefined) entries.push([name, value]);
  }
  return entries;
}
