// Values of the file's datasets, as arrays of the simulation.

import { CopycatError } from "../../errors.ts";
import { arrayValues, type Hdf5Reader } from "../../hdf5/index.ts";
import { numberType, textDtype } from "../arrays/index.ts";
import type { NumberArray, SimulationArray } from "../types.ts";
import type { Values } from "./column.ts";
import type { FileNode } from "./fileTree.ts";

export interface OpenFile {
  reader: Hdf5Reader;
  path: string;
}

/** Values read ahead, of one dataset: updates are small, and come one after another. */
const windowBytes = 1024 * 1024;

/** @throws CopycatError INVALID_INPUT when it holds neither numbers nor texts */
export async function readValues(
  { reader, path }: OpenFile,
  { path: dataset, shape }: FileNode,
  rows?: { start: number; stop: number },
): Promise<Values> {
  const slices = rows === undefined ? undefined : [rows, ...shape.slice(1).map(() => null)];
  const values = arrayValues(await reader.read(path, dataset, slices));
  if (ArrayBuffer.isView(values)) return values;
  if (values.every((value) => typeof value === "string")) return values as string[];
  throw new CopycatError("INVALID_INPUT", `${path}: ${dataset} holds neither numbers nor texts.`);
}

/** @throws CopycatError INVALID_INPUT when they are none */
export async function readNumbers(file: OpenFile, node: FileNode | undefined): Promise<number[]> {
  if (node === undefined) return [];
  const values = await readValues(file, node);
  return Array.from(values as ArrayLike<number | bigint | string>, Number);
}

/** A whole array. */
export async function readArray(file: OpenFile, node: FileNode): Promise<SimulationArray> {
  const valueNode = node.kind === "dataset" ? node : node.children.get("values");
  const rowPtrNode = node.children.get("row_ptr");
  if (valueNode === undefined) throw damaged(file, node.path);
  const array = makeArray(file, node, { values: await readValues(file, valueNode), shape: valueNode.shape });
  if (node.kind === "dataset" || rowPtrNode === undefined) return array;
  return { ...array, rowPtr: (await readValues(file, rowPtrNode)) as NumberArray };
}

/** Rows of an array that is read from its beginning to its end. */
export class ColumnReader {
  private readonly file: OpenFile;
  private readonly node: FileNode;
  private readonly values: RowWindow;
  private readonly rowPtr: RowWindow | null;

  constructor(file: OpenFile, node: FileNode) {
    this.file = file;
    this.node = node;
    const isRagged = node.kind === "group";
    const [values, rowPtr] = isRagged
      ? [node.children.get("values"), node.children.get("row_ptr")]
      : [node, undefined];
    if (values === undefined || (isRagged && rowPtr === undefined)) throw damaged(file, node.path);
    this.values = new RowWindow(file, values);
    this.rowPtr = rowPtr === undefined ? null : new RowWindow(file, rowPtr);
  }

  async read(start: number, stop: number): Promise<SimulationArray> {
    const inner = this.values.node.shape.slice(1);
    if (this.rowPtr === null) {
      const values = await this.values.read(start, stop);
      return makeArray(this.file, this.node, { values, shape: [stop - start, ...inner] });
    }
    const offsets = Array.from((await this.rowPtr.read(start, stop + 1)) as BigInt64Array, Number);
    const [first = 0] = offsets;
    const last = offsets.at(-1) ?? first;
    const values = await this.values.read(first, last);
    return {
      ...makeArray(this.file, this.node, { values, shape: [last - first, ...inner] }),
      rowPtr: Uint32Array.from(offsets, (offset) => offset - first),
    };
  }
}

class RowWindow {
  readonly node: FileNode;
  private readonly file: OpenFile;
  private start = 0;
  private stop = 0;
  private values: Values = [];

  constructor(file: OpenFile, node: FileNode) {
    this.file = file;
    this.node = node;
  }

  async read(start: number, stop: number): Promise<Values> {
    const [rows = 0, ...inner] = this.node.shape;
    const width = inner.reduce((product, length) => product * length, 1);
    if (start < this.start || stop > this.stop) {
      const ahead = Math.max(1, Math.floor(windowBytes / Math.max(8, width * 8)));
      this.start = start;
      this.stop = Math.min(rows, Math.max(stop, start + ahead));
      if (stop > this.stop) throw damaged(this.file, this.node.path);
      const isEmpty = this.stop === this.start || width === 0;
      const window = isEmpty ? { start: 0, stop: 0 } : { start: this.start, stop: this.stop };
      this.values = await readValues(this.file, this.node, window);
    }
    return this.values.slice((start - this.start) * width, (stop - this.start) * width);
  }
}

function makeArray(
  file: OpenFile,
  { attributes, path }: FileNode,
  { values, shape }: { values: Values; shape: readonly number[] },
): SimulationArray {
  const { numpy_dtype: dtype } = attributes;
  if (!ArrayBuffer.isView(values)) {
    return {
      dtype: typeof dtype === "string" && /^<U\d+$/.test(dtype) ? dtype : textDtype(values),
      shape,
      data: values,
    };
  }
  if (typeof dtype !== "string" || !(values instanceof numberType(dtype))) throw damaged(file, path);
  return { dtype, shape, data: values };
}

export function damaged({ path }: OpenFile, place: string): CopycatError {
  return new CopycatError(
    "INVALID_INPUT",
    `${path}: ${place} is not as an export wrote it. Export the simulation again.`,
  );
}
