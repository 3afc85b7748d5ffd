// Arrays as they are: those of initial datasets.

import type { Hdf5Writer, WriteValue } from "../../hdf5/index.ts";
import type { EntityData, InitialDataset, SimulationArray } from "../types.ts";
import { hdf5Type } from "./column.ts";
import { gzipLevel } from "./layout.ts";
import { linkName } from "./names.ts";

export function writeInitial(writer: Hdf5Writer, initial: InitialDataset): void {
  const { name, format, dataKey, metadata, data, document } = initial;
  const path = `/initial/${linkName(name)}`;
  writer.group(path, { name, format, data_key: dataKey });
  // Larger ones than 64 KiB cannot be attributes.
  writer.dataset(`${path}/metadata`, { data: JSON.stringify(metadata) });
  if (document !== null) {
    const bytes = writer.growing(`${path}/document`, {
      dtype: "<B",
      shape: [document.length],
      gzip: gzipLevel,
    });
    bytes.append(Uint8Array.from(document));
  }
  if (data !== null) writeGroups(writer, path, data);
}

function writeGroups(writer: Hdf5Writer, path: string, data: EntityData): void {
  let groups = 0;
  for (const [group, arrays] of data) {
    const place = `${path}/${linkName(group)}`;
    writer.group(place, { name: group, position: BigInt(groups++) });
    let attributes = 0;
    for (const [attribute, array] of arrays) {
      const marks = { name: attribute, position: BigInt(attributes++), numpy_dtype: array.dtype };
      writeArray(writer, { path: `${place}/${linkName(attribute)}`, marks }, array);
    }
  }
}

function writeArray(
  writer: Hdf5Writer,
  { path, marks }: { path: string; marks: Record<string, WriteValue> },
  { dtype: numpyDtype, data, shape, rowPtr }: SimulationArray,
): void {
  const dtype = hdf5Type({ dtype: numpyDtype, textBytes: longestText(data) });
  const [rows = 0, ...inner] = shape;
  const values = rowPtr === undefined ? path : `${path}/values`;
  if (rowPtr !== undefined) {
    writer.group(path, marks);
    writer.dataset(`${path}/row_ptr`, { data: rowPtr });
  }
  writer
    .growing(values, {
      dtype,
      shape: [rows, ...inner],
      gzip: gzipLevel,
      attributes: rowPtr === undefined ? marks : {},
    })
    .append(data);
}

function longestText(data: SimulationArray["data"]): number {
  if (ArrayBuffer.isView(data)) return 1;
  return (data as readonly string[]).reduce((longest, text) => Math.max(longest, Buffer.byteLength(text)), 1);
}
