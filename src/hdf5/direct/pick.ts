// The common case of `pick`, read from the file's bytes without the HDF5 library.
//
// Of 900 us that the library takes for a file of 11 datasets with an attribute each and a few scalars, nearly
// all is its own bookkeeping in wasm; reading the same bytes here takes a fraction. Whatever is not plain
// (links, committed types, compounds, dense groups, damage, ...) is refused with NotDirect, and then the
// library does the whole file: it alone decides what is right, and test/hdf5/direct.test.ts compares the two.

import { statSync } from "node:fs";
import { type JsonText, jsonNull } from "../../json.ts";
import { elementTypeOf } from "../dataType.ts";
import {
  groupInstead,
  maxAttributeElements,
  missingFilterNames,
  noDataset,
  stringType,
} from "../describe.ts";
import { normalizePath } from "../path.ts";
import { defaultValueElements } from "../pick.ts";
import { elementCount } from "../slabs.ts";
import type { DatasetItem, JsonRecord, PickRequest, PickResult, ProblemItem } from "../types.ts";
import { address, FileBytes, refuse } from "./bytes.ts";
import { MessageType, type ObjectHeader } from "./header.ts";
import { listMembers } from "./links.ts";
import { readFilters } from "./messages.ts";
import { type DirectDataset, DirectObjects, findMessage, isGroup, readDataset } from "./objects.ts";
import { readAttribute, stringLengths, valueBytes, valuesToJson } from "./values.ts";

/** More strings than this are found faster by the library, which keeps an index of their heaps. */
const maxDirectStrings = 1000;

/** The same as `pick`, or undefined when the library must be asked. Never throws. */
export function pickDirect(path: string, request: PickRequest): PickResult | undefined {
  let file: FileBytes | undefined;
  try {
    // Opening a pipe would wait for its other end.
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
    file = new FileBytes(path);
    return new DirectPick(path, file).run(request);
  } catch {
    // Whatever it is (not plain, damaged, not permitted), the library finds out and says it properly.
    return undefined;
  } finally {
    file?.close();
  }
}

class DirectPick {
  private readonly path: string;
  private readonly file: FileBytes;
  private readonly objects: DirectObjects;

  constructor(path: string, file: FileBytes) {
    this.path = path;
    this.file = file;
    this.objects = new DirectObjects(file);
  }

  run(request: PickRequest): PickResult {
    const maxElements = request.valueElements ?? defaultValueElements;
    const datasets = request.datasets.map((path) => ({ ...this.describe(normalizePath(path)), path }));
    const single: [string, JsonText][] = [];
    for (const path of request.valuesOf ?? []) {
      const value = this.value(normalizePath(path), maxElements);
      if (value !== undefined) single.push([path, value]);
    }
    return {
      datasets,
      attributes: this.attributesAt(request.attributesOf),
      values: Object.fromEntries(this.valuesIn(request, maxElements)),
      single: Object.fromEntries(single),
    };
  }

  private describe(path: string): DatasetItem | ProblemItem {
    const header = this.objects.header(path);
    if (!header) return noDataset(this.path, path);
    if (isGroup(header)) return groupInstead(this.path, path);
    const dataset = readDataset(header) ?? refuse("neither a group nor a dataset");
    const { type, shape, layout } = dataset;
    const element = elementTypeOf(type);
    if ("unsupported" in element) return refuse("no numpy type");
    const filters = findMessage(header, MessageType.filters);
    return {
      kind: "dataset",
      path,
      shape,
      dataType: type.vlen ? stringType(this.longestString(dataset), shape) : element.dataType,
      chunks: layout.chunks,
      missingFilters: filters && layout.chunks ? missingFilterNames(readFilters(filters)) : [],
      attributes: this.attributes(header),
    };
  }

  private valuesIn({ valuesIn, scalarsOnly }: PickRequest, maxElements: number): [string, JsonText][] {
    const values: [string, JsonText][] = [];
    const group = valuesIn === undefined ? undefined : normalizePath(valuesIn);
    const header = group === undefined ? undefined : this.objects.header(group);
    if (group === undefined || !header || !isGroup(header)) return values;
    for (const { name, at } of listMembers(this.file, header)) {
      const path = group === "/" ? `/${name}` : `${group}/${name}`;
      const dataset = readDataset(this.objects.headerAt(path, at));
      if (scalarsOnly && dataset?.shape?.length !== 0) continue;
      const value = this.value(path, maxElements);
      if (value !== undefined) values.push([name, value]);
    }
    return values;
  }

  private value(path: string, maxElements: number): JsonText | undefined {
    const dataset = readDataset(this.objects.header(path) ?? []);
    if (!dataset) return undefined;
    const { type, shape } = dataset;
    if (shape !== null && elementCount(shape) > maxElements) return undefined;
    if (shape === null) return jsonNull;
    return valuesToJson(this.file, { type, shape, bytes: this.storedBytes(dataset, shape) });
  }

  /** Only data that lies in one piece; chunks and values never written are for the library. */
  private storedBytes({ header, type, layout, layoutView }: DirectDataset, shape: number[]): Buffer {
    const bytes = valueBytes(type, shape);
    if (bytes === 0) return Buffer.alloc(0);
    if (layout.chunks || findMessage(header, MessageType.externalFiles))
      refuse("data in chunks or another file");
    if (layout.at !== undefined) return this.file.copy(layout.at, bytes);
    if (layout.inline?.bytes !== bytes) return refuse("data never written");
    const { buffer, byteOffset } = layoutView;
    return Buffer.from(buffer, byteOffset + layout.inline.offset, bytes);
  }

  private longestString(dataset: DirectDataset): number {
    const { shape } = dataset;
    if (shape === null) return 0;
    if (elementCount(shape) > maxDirectStrings) refuse("many strings");
    return Math.max(0, ...stringLengths(this.file, this.storedBytes(dataset, shape)));
  }

  private attributesAt(path: string | undefined): JsonRecord {
    const header = path === undefined ? undefined : this.objects.header(normalizePath(path));
    if (!header) return {};
    if (!isGroup(header) && !readDataset(header)) refuse("neither a group nor a dataset");
    return this.attributes(header);
  }

  private attributes(header: ObjectHeader): JsonRecord {
    const info = findMessage(header, MessageType.attributeInfo);
    if (info) {
      const flags = info.getUint8(1);
      if (flags & 2) refuse("attributes in the order of creation");
      if (address(info, flags & 1 ? 4 : 2) !== undefined) refuse("attributes in a fractal heap");
    }
    const entries: [string, JsonText][] = [];
    for (const { type, view } of header) {
      if (type !== MessageType.attribute) continue;
      const { name, value } = readAttribute(this.file, view, maxAttributeElements);
      if (value !== undefined) entries.push([name, value]);
    }
    return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}
