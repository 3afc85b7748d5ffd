// Columns of a block: values of a page, not made JSON before they are asked for.

import type { SchemaTree } from "hyparquet";
import { type JsonText, jsonNull } from "../../../json.ts";
import { type Problem, Refusal } from "../../problem.ts";
import { areSafe, cellText, textToCell } from "../cells.ts";
import type { TableColumn } from "../types.ts";
import type { Dictionary } from "./dictionary.ts";
import { parquetCell } from "./values.ts";

export interface ParquetColumn extends TableColumn {
  /** That none of the cells can be refused. */
  readonly isSafe: boolean;
}

/** Why jsonb cannot hold the cell, if so. */
export function cellProblem(column: ParquetColumn, row: number): Problem | null {
  try {
    column.json(row);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.problem;
    throw error;
  }
}

export class DictionaryCells implements ParquetColumn {
  readonly #dictionary: Dictionary;
  /** Less than 0 for null. */
  readonly #indices: Int32Array;

  constructor(dictionary: Dictionary, indices: Int32Array) {
    this.#dictionary = dictionary;
    this.#indices = indices;
  }

  get isSafe(): boolean {
    return this.#dictionary.isSafe;
  }

  json(row: number): JsonText | null {
    const index = this.#indices[row] ?? -1;
    return index < 0 ? null : this.#dictionary.json(index);
  }

  text(row: number): string | null {
    const index = this.#indices[row] ?? -1;
    return index < 0 ? null : this.#dictionary.text(index);
  }
}

export class TextCells implements ParquetColumn {
  readonly #texts: ArrayLike<string | null>;
  readonly isSafe: boolean;

  constructor(texts: readonly (string | null)[]) {
    this.#texts = texts;
    this.isSafe = areSafe(texts);
  }

  json(row: number): JsonText | null {
    const text = this.#texts[row] ?? null;
    return text === null ? null : textToCell(text);
  }

  text(row: number): string | null {
    return this.#texts[row] ?? null;
  }
}

/** Numbers, times, lists and all else. */
export class ValueCells implements ParquetColumn {
  readonly #values: ArrayLike<unknown>;
  readonly #field: SchemaTree;
  readonly isSafe: boolean;

  constructor(values: ArrayLike<unknown>, field: SchemaTree, isSafe: boolean) {
    this.#values = values;
    this.#field = field;
    this.isSafe = isSafe;
  }

  json(row: number): JsonText | null {
    const json = parquetCell(this.#values[row], this.#field);
    return json === jsonNull ? null : json;
  }

  text(row: number): string | null {
    return cellText(this.json(row));
  }
}
