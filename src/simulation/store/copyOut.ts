// Rows out of the server in the binary format of COPY: node-postgres takes bytes as hexadecimal text, twice their size.

import type { PoolClient } from "pg";
import { to as copyTo } from "pg-copy-streams";
import { binaryHeader } from "../../bulk/index.ts";
import { arrayColumns, type StoredArray } from "./storedArray.ts";

/** A statement of COPY takes no parameters: `query` may hold numbers and quoted names only. */
export async function copyOut(client: PoolClient, query: string): Promise<RowReader> {
  const stream = client.query(copyTo(`copy (${query}) to stdout (format binary)`));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return new RowReader(Buffer.concat(chunks));
}

/** Fields are read in their order, a row begins with `next`. */
export class RowReader {
  readonly #bytes: Buffer;
  #position = binaryHeader.length;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** To the next row; false at the end. */
  next(): boolean {
    const fields = this.#bytes.readInt16BE(this.#position);
    this.#position += 2;
    return fields !== -1;
  }

  /** Null for NULL. The bytes are a view. */
  #field(): Buffer | null {
    const length = this.#bytes.readInt32BE(this.#position);
    this.#position += 4;
    if (length === -1) return null;
    const start = this.#position;
    this.#position += length;
    return this.#bytes.subarray(start, this.#position);
  }

  bytes(): Buffer | null {
    return this.#field();
  }

  text(): string | null {
    const length = this.#bytes.readInt32BE(this.#position);
    this.#position += 4;
    if (length === -1) return null;
    this.#position += length;
    return this.#bytes.toString("utf8", this.#position - length, this.#position);
  }

  int32(): number | null {
    const isNull = this.#bytes.readInt32BE(this.#position) === -1;
    this.#position += isNull ? 4 : 8;
    return isNull ? null : this.#bytes.readInt32BE(this.#position - 4);
  }

  int64(): number | null {
    const isNull = this.#bytes.readInt32BE(this.#position) === -1;
    this.#position += isNull ? 4 : 12;
    if (isNull) return null;
    return (
      this.#bytes.readInt32BE(this.#position - 8) * 4294967296 + this.#bytes.readUInt32BE(this.#position - 4)
    );
  }

  float64(): number | null {
    const isNull = this.#bytes.readInt32BE(this.#position) === -1;
    this.#position += isNull ? 4 : 12;
    return isNull ? null : this.#bytes.readDoubleBE(this.#position - 8);
  }

  /** `integer[]`: see `writeShape`. */
  shape(): number[] | null {
    const field = this.#field();
    if (field === null) return null;
    if (field.readInt32BE(0) === 0) return [];
    const length = field.readInt32BE(12);
    const shape: number[] = [];
    for (let axis = 0; axis < length; axis++) shape.push(field.readInt32BE(24 + axis * 8));
    return shape;
  }

  /** `bigint[]` of one dimension. */
  int64s(): number[] | null {
    const field = this.#field();
    if (field === null) return null;
    const values: number[] = [];
    for (let position = 20; position < field.length; position += 12) {
      values.push(Number(field.readBigInt64BE(position + 4)));
    }
    return values;
  }

  /** The columns of `arrayColumns`; null when they are of no array. */
  array(): StoredArray | null {
    const dtype = this.text();
    const shape = this.shape();
    const data = this.bytes();
    const compression = this.text();
    const rowPtrDtype = this.text();
    const rowPtr = this.bytes();
    const rowPtrCompression = this.text();
    const min = this.float64();
    const max = this.float64();
    const checksum = this.int64();
    if (dtype === null || shape === null || data === null || checksum === null) return null;
    return { dtype, shape, data, compression, rowPtrDtype, rowPtr, rowPtrCompression, min, max, checksum };
  }
}

/** `a.dtype, a.shape, ...` */
export function selectArray(alias: string): string {
  return arrayColumns.map((column) => `${alias}.${column}`).join(", ");
}
