// Files that are written bit by bit: datasets whose extent is known and whose rows come later. On h5wasm, in one thread.

import { open } from "node:fs/promises";
import type { Dataset, File, Group } from "h5wasm/node";
import { CopycatError, errorMessage } from "../errors.ts";
import type { NumberArray } from "./arrayValues.ts";
import { type encode, type WriteDataset, type WriteValue, writeAttributes, writeDataset } from "./write.ts";
import { checkWritten, forgetFailure, loadWriterLibrary } from "./writeFailures.ts";

/** Of one chunk before compression: large enough to be worth a read, small enough for HDF5's cache of a MiB. */
const chunkBytes = 256 * 1024;

export interface NewDataset {
  /** h5wasm's: `<d`, `<i`, `<b`, `S12` (text of twelve bytes). */
  dtype: string;
  /** The first axis is null where nobody knows yet how many rows there will be. */
  shape: readonly [number | null, ...number[]];
  /** Rows of the first axis in a chunk; default: as many as make 256 KiB. */
  chunkRows?: number;
  /** Level 1 (fast) to 9 (small). */
  gzip: number;
  attributes?: Record<string, WriteValue>;
}

export interface GrowingDataset {
  /** Rows that came so far. */
  readonly rows: number;
  /** Adds rows, whole ones. @throws CopycatError INTERNAL when there are more than the shape says */
  append(values: NumberArray | readonly string[]): void;
}

/** Paths are absolute, and the groups above them must be there. */
export interface Hdf5Writer {
  group(path: string, attributes?: Record<string, WriteValue>): void;
  /** Written at once. */
  dataset(path: string, dataset: WriteDataset): void;
  /** Filled by `append`; its rows reach the file chunk by chunk, the last ones when the writer is closed. */
  growing(path: string, dataset: NewDataset): GrowingDataset;
  /** Makes a dataset of one axis a scale of dimensions, so that readers know these by name. */
  scale(path: string): void;
  /** Attaches scales to the axes of a dataset, in their order. */
  attachScales(path: string, scales: readonly string[]): void;
  /** @throws CopycatError INTERNAL when a growing dataset has not all its rows; UNREADABLE_SOURCE when the file is not whole */
  close(): void;
  /** Closes the file as it is. */
  abandon(): void;
}

/**
 * Begins a file; what is there under its name is replaced.
 *
 * @throws CopycatError UNREADABLE_SOURCE when it cannot be made
 *
 * @example
 * const writer = await openHdf5Writer("run.h5");
 * const flow = writer.growing("/flow", { dtype: "<d", shape: [1000, 13], gzip: 1 });
 * for (const row of rows) flow.append(row);
 * writer.close();
 */
export async function openHdf5Writer(path: string): Promise<Hdf5Writer> {
  const h5wasm = await loadWriterLibrary();
  try {
    // h5wasm says nothing of a file that cannot be made.
    await (await open(path, "w")).close();
    forgetFailure(path);
    return new FileWriter(new h5wasm.File(path, "w", { libver: ["earliest", "latest"] }), path);
  } catch (error) {
    throw new CopycatError("UNREADABLE_SOURCE", `Cannot write ${path}: ${errorMessage(error)}`, {
      cause: error,
    });
  }
}

class FileWriter implements Hdf5Writer {
  private readonly file: File;
  private readonly path: string;
  private readonly open: GrowingRows[] = [];

  constructor(file: File, path: string) {
    this.file = file;
    this.path = path;
  }

  group(path: string, attributes?: Record<string, WriteValue>): void {
    const { parent, name } = this.split(path);
    writeAttributes(name === "" ? this.file : parent.create_group(name), attributes);
  }

  dataset(path: string, dataset: WriteDataset): void {
    const { parent, name } = this.split(path);
    writeDataset(parent, name, dataset);
  }

  growing(path: string, { dtype, shape, chunkRows, gzip, attributes }: NewDataset): GrowingDataset {
    const { parent, name } = this.split(path);
    const [rowsInAll, ...inner] = shape;
    const rowLength = inner.reduce((product, length) => product * length, 1);
    const isEmpty = shape.includes(0);
    const fitting = Math.max(1, Math.floor(chunkBytes / Math.max(1, rowLength * itemBytes(dtype))));
    const rows = Math.max(1, Math.min(rowsInAll ?? fitting, chunkRows ?? fitting));
    const created = parent.create_dataset({
      name,
      // Nothing is sent: HDF5 makes the chunks when their rows come.
      data: emptyOf(dtype),
      dtype,
      shape: isEmpty ? [rowsInAll ?? 0, ...inner] : [0, ...inner],
      ...(isEmpty
        ? {}
        : { maxshape: [...shape], chunks: chunkOf([rows, ...inner], itemBytes(dtype)), compression: gzip }),
    });
    writeAttributes(created, attributes);
    const growing = new GrowingRows(created, { path, rowsInAll, inner, rowsAtOnce: rows });
    this.open.push(growing);
    return growing;
  }

  scale(path: string): void {
    (this.file.get(path) as Dataset).make_scale(path.slice(path.lastIndexOf("/") + 1));
  }

  attachScales(path: string, scales: readonly string[]): void {
    const dataset = this.file.get(path) as Dataset;
    for (const [axis, scale] of scales.entries()) dataset.attach_scale(axis, scale);
  }

  close(): void {
    for (const growing of this.open) growing.finish();
    this.file.close();
    checkWritten(this.path);
  }

  abandon(): void {
    this.file.close();
  }

  private split(path: string): { parent: Group; name: string } {
    // What comes after a failure fails as well, and for reasons that say nothing.
    checkWritten(this.path);
    const slash = path.lastIndexOf("/");
    const above = path.slice(0, slash);
    const parent = above === "" ? this.file : this.file.get(above);
    if (parent === null) throw new CopycatError("INTERNAL", `There is no group ${above} to write into.`);
    return { parent: parent as Group, name: path.slice(slash + 1) };
  }
}

interface GrowingOptions {
  path: string;
  rowsInAll: number | null;
  inner: number[];
  rowsAtOnce: number;
}

class GrowingRows implements GrowingDataset {
  rows = 0;
  private readonly dataset: Dataset;
  private readonly options: GrowingOptions;
  private readonly rowLength: number;
  /** Rows that came and are not in the file. */
  private kept: (NumberArray | readonly string[])[] = [];
  private keptRows = 0;

  constructor(dataset: Dataset, options: GrowingOptions) {
    this.dataset = dataset;
    this.options = options;
    this.rowLength = options.inner.reduce((product, length) => product * length, 1);
  }

  append(values: NumberArray | readonly string[]): void {
    const { path, rowsInAll, rowsAtOnce } = this.options;
    const { rowLength } = this;
    const count = rowLength === 0 ? 0 : values.length / rowLength;
    if (!Number.isInteger(count) || this.rows + count > (rowsInAll ?? Number.POSITIVE_INFINITY)) {
      throw new CopycatError("INTERNAL", `${path} was to have ${rowsInAll} rows, and got more.`);
    }
    if (count === 0) return;
    // Whole chunks: one that is written twice is compressed twice.
    for (let taken = 0; taken < count; ) {
      const some = Math.min(count - taken, rowsAtOnce - this.keptRows);
      const isAll = some === count && taken === 0;
      this.kept.push(isAll ? values : values.slice(taken * rowLength, (taken + some) * rowLength));
      this.keptRows += some;
      this.rows += some;
      taken += some;
      if (this.keptRows === rowsAtOnce) this.flush();
    }
  }

  finish(): void {
    const { path, rowsInAll } = this.options;
    this.flush();
    if (this.rowLength > 0 && rowsInAll !== null && this.rows !== rowsInAll) {
      throw new CopycatError("INTERNAL", `${path} was to have ${rowsInAll} rows, and has ${this.rows}.`);
    }
  }

  private flush(): void {
    if (this.keptRows === 0) return;
    const { inner } = this.options;
    const start = this.rows - this.keptRows;
    this.dataset.resize([this.rows, ...inner]);
    const ranges = [[start, this.rows], ...inner.map((length) => [0, length])];
    this.dataset.write_slice(ranges as [number, number][], join(this.kept));
    this.kept = [];
    this.keptRows = 0;
  }
}

function join(parts: readonly (NumberArray | readonly string[])[]): NumberArray | string[] {
  const [first] = parts as [NumberArray | readonly string[]];
  if (!ArrayBuffer.isView(first)) return (parts as string[][]).flat();
  if (parts.length === 1) return first;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = new (first.constructor as new (length: number) => Float64Array)(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part as Float64Array, offset);
    offset += part.length;
  }
  return joined;
}

/** Rows that are larger than a chunk are cut along their last axes. */
function chunkOf(chunk: number[], bytesOfItem: number): number[] {
  const bytes = (): number => chunk.reduce((product, length) => product * length, bytesOfItem);
  for (let axis = 1; axis < chunk.length && bytes() > chunkBytes; axis++) {
    const length = chunk[axis] ?? 1;
    chunk[axis] = Math.max(1, Math.floor(length / Math.ceil(bytes() / chunkBytes)));
  }
  return chunk;
}

const sizes: Record<string, number> = { b: 1, B: 1, h: 2, H: 2, i: 4, I: 4, q: 8, Q: 8, f: 4, d: 8 };

function itemBytes(dtype: string): number {
  return dtype.startsWith("S") ? Number(dtype.slice(1)) : (sizes[dtype.slice(1)] ?? 8);
}

function emptyOf(dtype: string): ReturnType<typeof encode>["data"] {
  if (dtype.startsWith("S")) return [];
  return dtype === "<q" || dtype === "<Q" ? new BigInt64Array(0) : new Float64Array(0);
}
