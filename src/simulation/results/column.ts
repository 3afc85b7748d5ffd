// One attribute of a group while time goes on: finds the type and the layout that hold all its arrays, and keeps the rows.

import { CopycatError } from "../../errors.ts";
import { commonType, convertArray, typeOf } from "../arrays/index.ts";
import type { AttributeType, SimulationArray } from "../types.ts";
import { RaggedRows } from "./raggedRows.ts";
import { DenseRows, type RowFormat, type RowList, type Rows, widthOf } from "./rows.ts";

/** What can be known of an attribute before its values. */
export interface ColumnFacts {
  /** Null while no value is known. */
  type: AttributeType | null;
  isRagged: boolean;
  /** Axes after the first: [2] for pairs. */
  components: readonly number[];
}

export class Column {
  #type: AttributeType | null;
  /** Null until something says it: a column of nulls alone does not. */
  #layout: Omit<ColumnFacts, "type"> | null;
  #dtype: string;
  #rows: Rows | null = null;

  /** @param facts what is known of all times; without them the column learns from what it is given */
  constructor(facts?: ColumnFacts) {
    this.#type = facts?.type ?? null;
    const saysLayout = facts !== undefined && (facts.type !== null || facts.isRagged);
    this.#layout = saysLayout ? { isRagged: facts.isRagged, components: facts.components } : null;
    this.#dtype = defaultDtype(this.#type);
  }

  get facts(): ColumnFacts {
    return { type: this.#type, ...(this.#layout ?? { isRagged: false, components: [] }) };
  }

  /**
   * Row i of the array goes to row `places[i]` of `length`; undefined ones leave what was there.
   *
   * @throws CopycatError INVALID_INPUT when no type, or no layout, holds these values and the older ones
   */
  write(array: SimulationArray, places: RowList, { length, where }: { length: number; where: string }): void {
    const type = this.#isOfOurType(array) ? this.#type : commonType(this.#type, typeOf(array));
    if (type === undefined) {
      throw refuse(
        `${where} holds values of the type ${typeOf(array)}, while others are of the type ${this.#type}`,
      );
    }
    const fitting = this.#fit(array, type, where);
    if (fitting === null) return;
    const values = convertArray(fitting, type ?? "float");
    this.#widen(type, values.dtype);
    this.#rows ??= this.#makeRows();
    const rows = this.#rows;
    rows.grow(length);
    rows.write(this.#dtype === "<i8" ? toLong(values) : values, places);
  }

  /** Undefined for entities that no array spoke of. */
  read(length: number, rows: RowList = null): SimulationArray {
    // Before the first array a read must not settle anything.
    const own = this.#rows ?? this.#makeRows();
    own.grow(length);
    return own.read(rows);
  }

  /** True without looking at the values, which is what most arrays of a long run need. */
  #isOfOurType({ dtype }: SimulationArray): boolean {
    if (this.#layout === null) return false;
    return this.#type === "float"
      ? dtype.slice(1).startsWith("f")
      : this.#type === "str" && dtype.slice(1).startsWith("U");
  }

  /** The array in our layout; null when it says nothing. */
  #fit(array: SimulationArray, type: AttributeType | null, where: string): SimulationArray | null {
    const isRagged = array.rowPtr !== undefined;
    const components = array.shape.slice(1);
    if (typeOf(array) === null && !hasEmptyRow(array)) return null;
    this.#layout ??= { isRagged, components };
    const { isRagged: wantsRagged, components: wanted } = this.#layout;
    // Facts say how many components there are, the arrays in which axes.
    const isAlike = widthOf(components) === widthOf(wanted) || array.data.length === 0;
    if (isRagged === wantsRagged && isAlike) {
      if (this.#rows === null && array.data.length > 0) this.#layout = { isRagged, components };
      return array;
    }
    // Pairs can be read as rows of two, and JSON does not tell one from the other.
    if (wantsRagged && !isRagged && wanted.length === 0 && components.length === 1) return asRows(array);
    const describe = (ragged: boolean, axes: readonly number[]): string =>
      `${ragged ? "lists of different lengths" : "one value each"}${axes.length === 0 ? "" : ` of ${axes.join(" x ")} components`}`;
    throw refuse(
      `${where} has ${describe(isRagged, components)}${type === null ? "" : ` (${type})`}, while others have ${describe(wantsRagged, wanted)}`,
    );
  }

  /** Makes room for a type, or for longer numbers, by writing all rows again. */
  #widen(type: AttributeType | null, dtype: string): void {
    const isLong = dtype === "<i8";
    if (type === this.#type && (!isLong || this.#dtype === "<i8")) return;
    const old = this.#rows;
    const before = old?.read(null);
    this.#type = type;
    this.#dtype = isLong ? "<i8" : defaultDtype(type);
    if (old === null || before === undefined) return;
    const rows = this.#makeRows();
    this.#rows = rows;
    rows.grow(old.length);
    const converted = convertArray(before, type ?? "float");
    rows.write(this.#dtype === "<i8" ? toLong(converted) : converted, null);
  }

  #makeRows(): Rows {
    const { isRagged, components } = this.facts;
    const format: RowFormat = { type: this.#type ?? "float", dtype: this.#dtype, components };
    return isRagged ? new RaggedRows(format) : new DenseRows(format);
  }
}

function defaultDtype(type: AttributeType | null): string {
  if (type === "str") return "<U1";
  if (type === "int") return "<i4";
  return type === "bool" ? "|i1" : "<f8";
}

/** Whole numbers of 32 bits as those of 64. */
export function toLong(array: SimulationArray): SimulationArray {
  if (array.dtype === "<i8") return array;
  return { ...array, dtype: "<i8", data: BigInt64Array.from(array.data as Int32Array, BigInt) };
}

/** A list without elements is a value, though it has no type. */
function hasEmptyRow({ rowPtr }: SimulationArray): boolean {
  return (
    rowPtr?.some((offset: number | bigint, row: number) => row > 0 && offset === rowPtr[row - 1]) ?? false
  );
}

function asRows(array: SimulationArray): SimulationArray {
  const [count = 0, width = 0] = array.shape;
  const rowPtr = Uint32Array.from({ length: count + 1 }, (_, row) => row * width);
  return { ...array, shape: [count * width], rowPtr };
}

function refuse(what: string): CopycatError {
  return new CopycatError("INVALID_INPUT", `${what}. Values of one attribute must be alike at all times.`);
}
