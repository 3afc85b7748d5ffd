// What is known of an attribute from all its arrays: in what one column of a file can hold them.

import { CopycatError } from "../../errors.ts";
import { commonType, entityCount, typeOf, undefinedMask } from "../arrays/index.ts";
import type { AttributeType, SimulationArray } from "../types.ts";

/** How an attribute is stored. */
export interface ColumnPlan {
  /** As it is said in messages: dataset, group and attribute. */
  label: string;
  type: AttributeType;
  /** numpy's, little-endian. */
  dtype: string;
  isRagged: boolean;
  /** Lengths of the axes after the first one: of an entity, or of an element of a ragged row. */
  inner: readonly number[];
  /** Of the longest text in UTF-8. */
  textBytes: number;
}

const smallInts = new Set(["|i1", "<i2", "<i4", "|u1", "<u2"]);

export class AttributeFacts {
  private readonly label: string;
  private type: AttributeType | null = null;
  private readonly dtypes = new Set<string>();
  private readonly dense = new Map<string, readonly number[]>();
  private readonly ragged = new Map<string, readonly number[]>();
  /** For an attribute that is never defined. */
  private first: SimulationArray | null = null;
  private textBytes = 1;
  /** Elements of a ragged row, where it is the same of all; null when rows differ. */
  private rowLength: number | null | undefined;

  constructor(label: string) {
    this.label = label;
  }

  /** @throws CopycatError INVALID_INPUT when the attribute holds texts here and numbers there */
  add(array: SimulationArray): void {
    this.first ??= array;
    const type = typeOf(array);
    if (type === null) {
      // Undefined: it goes into any column. Only whether rows are ragged is worth knowing.
      if (array.rowPtr !== undefined && entityCount(array) > 0) this.first = array;
      return;
    }
    const common = commonType(this.type, type);
    if (common === undefined)
      throw refuse(`${this.label} holds ${type} values here and ${this.type} values there`);
    this.type = common;
    this.dtypes.add(array.dtype);
    const inner = array.shape.slice(1);
    (array.rowPtr === undefined ? this.dense : this.ragged).set(inner.join(), inner);
    this.addRowLengths(array);
    if (type !== "str") return;
    for (const text of array.data) this.textBytes = Math.max(this.textBytes, Buffer.byteLength(String(text)));
  }

  private addRowLengths(array: SimulationArray): void {
    const { rowPtr } = array;
    if (rowPtr === undefined || this.rowLength === null) return;
    for (const [row, isNone] of undefinedMask(array).entries()) {
      if (isNone) continue;
      const length = Number(rowPtr[row + 1]) - Number(rowPtr[row]);
      this.rowLength ??= length;
      if (length !== this.rowLength) {
        this.rowLength = null;
        return;
      }
    }
  }

  /** As `plan`; rows of one length are components: JSON writes both alike. */
  planUniform(): ColumnPlan {
    const plan = this.plan();
    const { rowLength } = this;
    if (!plan.isRagged || rowLength === null || rowLength === undefined || rowLength === 0) return plan;
    if ([...this.dense.values()].some(([length]) => length !== rowLength)) return plan;
    return { ...plan, isRagged: false, inner: [rowLength, ...plan.inner] };
  }

  plan(): ColumnPlan {
    const type = this.type ?? kindOf(this.first?.dtype ?? "<f8");
    const textBytes = type === "str" ? Math.max(5, this.textBytes) : this.textBytes;
    return { label: this.label, type, dtype: this.planDtype(type), ...this.planShape(), textBytes };
  }

  private planDtype(type: AttributeType): string {
    const [only] = this.dtypes;
    if (type === "str") return "<U";
    if (only !== undefined && this.dtypes.size === 1) return only;
    if (type === "float") return "<f8";
    if (type === "bool") return "|i1";
    return [...this.dtypes].every((dtype) => smallInts.has(dtype)) ? "<i4" : "<i8";
  }

  /** Components of different numbers are ragged rows, which say the same. */
  private planShape(): { isRagged: boolean; inner: readonly number[] } {
    const [dense, ...otherDense] = this.dense.values();
    const [ragged, ...otherRagged] = this.ragged.values();
    if (dense === undefined && ragged === undefined) {
      const { rowPtr, shape } = this.first ?? { rowPtr: undefined, shape: [0] };
      return { isRagged: rowPtr !== undefined, inner: shape.slice(1) };
    }
    if (ragged === undefined && otherDense.length === 0) return { isRagged: false, inner: dense ?? [] };
    const inner = ragged ?? dense?.slice(1) ?? [];
    const fits = [...this.dense.values()].every(
      (axes) => axes.length > 0 && axes.slice(1).join() === inner.join(),
    );
    if (fits && otherRagged.length === 0) return { isRagged: true, inner };
    throw refuse(`${this.label} holds single values here and lists there, or lists of different depth`);
  }
}

function kindOf(dtype: string): AttributeType {
  const kind = dtype.slice(1);
  if (kind.startsWith("U")) return "str";
  if (kind.startsWith("f")) return "float";
  return kind === "i1" || kind === "b1" ? "bool" : "int";
}

function refuse(what: string): CopycatError {
  return new CopycatError(
    "INVALID_INPUT",
    `${what}, which one array of HDF5 cannot hold. Export it to JSON, Parquet or Arrow.`,
  );
}
