// Records to break, and a short way to read them.

import { Readable } from "node:stream";
import {
  type NodeLine,
  type NodeRecord,
  type ReadOptions,
  readNodeRecords,
} from "../../src/manifest/index.ts";

export async function readAll(source: string | Readable, options: ReadOptions = {}): Promise<NodeLine[]> {
  const lines: NodeLine[] = [];
  for await (const line of readNodeRecords(source, options)) lines.push(line);
  return lines;
}

export function streamOf(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

/** What one line says. */
export async function readOne(text: string): Promise<NodeLine> {
  const [line, ...rest] = await readAll(streamOf(text));
  if (line === undefined || rest.length > 0) throw new Error(`One line was expected of ${text}`);
  return line;
}

export async function readRecord(text: string): Promise<NodeRecord> {
  const line = await readOne(text);
  if (!("record" in line)) throw new Error(`Not taken: ${JSON.stringify(line)}`);
  return line.record;
}

export const float64 = { endianness: "little", kind: "f", itemsize: 8, dt_units: null };

export const structure = {
  data_type: float64,
  chunks: [[3], [4]],
  shape: [3, 4],
  dims: null,
  resizable: false,
};

export const dataSource = {
  mimetype: "application/x-hdf5",
  structure_family: "array",
  structure,
  parameters: { dataset: "/a" },
  properties: {},
  management: "external",
  assets: [
    { data_uri: "file://localhost/d/a.h5", is_directory: false, size: 7, parameter: "data_uri", num: null },
  ],
};

export const record = {
  path: ["VDP", "a"],
  structure_family: "array",
  metadata: {},
  specs: [],
  access_blob: {},
  data_source: dataSource,
};

/** A record with parts of its data source replaced; undefined leaves a part out. */
export function withSource(parts: object): object {
  return { ...record, data_source: { ...dataSource, ...parts } };
}

export function withStructure(parts: object): object {
  return withSource({ structure: { ...structure, ...parts } });
}

export function withAssets(...assets: object[]): object {
  return withSource({ assets });
}
