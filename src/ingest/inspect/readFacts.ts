// One file as facts: what is in it, and as much of its values as it takes to tell parameters and axes.

import { createHash } from "node:crypto";
import { CopycatError } from "../../errors.ts";
import { arrayValues, type DatasetItem, type Hdf5Reader, type WalkItem } from "../../hdf5/index.ts";
import type { JsonText } from "../../json.ts";
import type { ListedFile } from "../listFiles.ts";
import { dataTypeName } from "../shape.ts";
import type { DatasetFacts, FileFacts, UnreadableFile, ValueFacts } from "./types.ts";

/** Longer arrays are not compared, and only so many of their values are looked at. */
export const comparedElements = 10_000;

/** Groups and data sets of one file that are looked at, two seconds' worth; more of them are more of the same. */
const maxItems = 5000;

const maxTexts = 3;

/** @returns why not, for a file that cannot be read */
export async function readFacts(reader: Hdf5Reader, file: ListedFile): Promise<FileFacts | UnreadableFile> {
  const facts: FileFacts = {
    name: file.relativePath,
    datasets: [],
    attributes: [],
    problems: [],
    isWhole: true,
  };
  try {
    let items = 0;
    for await (const item of reader.walk(file.path, { valueElements: comparedElements })) {
      items += 1;
      facts.isWhole = items <= maxItems;
      if (!facts.isWhole) break;
      addItem(facts, item);
    }
    for (const dataset of facts.datasets) {
      if (isLongColumn(dataset)) dataset.values = await lookAtStart(reader, file.path, dataset.path);
    }
    return facts;
  } catch (error) {
    if (!(error instanceof CopycatError) || error.code !== "UNREADABLE_SOURCE") throw error;
    return { name: file.relativePath, reason: error.message.replace(file.path, "").replace(/^:? /, "") };
  }
}

function addItem(facts: FileFacts, item: WalkItem): void {
  if (item.kind === "problem") {
    facts.problems.push({ path: item.path, reason: item.code.replaceAll("_", " ") });
  } else if (item.kind === "dataset") {
    addDataset(facts, item);
  } else if (item.path === "/") {
    facts.attributes = Object.entries(item.attributes).map(([name, value]) => attributeFacts(name, value));
  }
}

function addDataset(facts: FileFacts, { path, shape, dataType, value }: DatasetItem): void {
  if (shape === null) {
    facts.problems.push({ path, reason: "no values (null dataspace)" });
    return;
  }
  const isText = "kind" in dataType && (dataType.kind === "S" || dataType.kind === "U");
  facts.datasets.push({
    path,
    shape,
    dataType: isText ? "text" : dataTypeName(dataType),
    values: value === undefined ? null : valueFacts(value),
  });
}

function attributeFacts(name: string, value: JsonText): DatasetFacts {
  const values = valueFacts(value);
  return { path: name, shape: [], dataType: values.low === null ? "text" : "number", values };
}

/** Range, a few texts and a digest of values that are JSON. */
export function valueFacts(value: JsonText): ValueFacts {
  const leaves = [JSON.parse(value) as unknown].flat(Number.POSITIVE_INFINITY);
  const texts = leaves.filter((leaf) => typeof leaf === "string" || typeof leaf === "boolean");
  return {
    ...rangeOf(leaves.filter((leaf) => typeof leaf === "number")),
    digest: createHash("sha256").update(value).digest("base64"),
    texts: [...new Set(texts.map(String))].slice(0, maxTexts),
  };
}

function rangeOf(numbers: Iterable<number>): { low: number | null; high: number | null } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of numbers) {
    if (value < low && Number.isFinite(value)) low = value;
    if (value > high && Number.isFinite(value)) high = value;
  }
  return low > high ? { low: null, high: null } : { low, high };
}

/** A column of a batched file may have millions of rows. */
function isLongColumn({ shape, dataType, values }: DatasetFacts): boolean {
  const isLong = shape.length === 1 && (shape[0] ?? 0) > comparedElements;
  return values === null && isLong && /^(float|int|uint)\d+$/.test(dataType);
}

async function lookAtStart(reader: Hdf5Reader, file: string, path: string): Promise<ValueFacts | null> {
  const [part] = await reader.readParts([
    { file, dataset: path, view: { slice: [{ start: 0, stop: comparedElements, step: 1 }] } },
  ]);
  if (part === undefined || part instanceof CopycatError) return null;
  const numbers = Array.from(arrayValues(part) as ArrayLike<number | bigint>, Number);
  return { ...rangeOf(numbers), digest: null, texts: [] };
}
