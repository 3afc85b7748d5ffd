// Values that a column refers to by number: each is made JSON once.

import type { SchemaTree } from "hyparquet";
import { type JsonText, jsonNull } from "../../../json.ts";
import { areSafe, cellText, textToCell } from "../cells.ts";
import { parquetCell } from "./values.ts";

/** Larger ones have values that hardly come twice: not worth keeping their JSON. */
const maxKept = 16_384;

export interface Dictionary {
  /** That none of the values can be refused. */
  readonly isSafe: boolean;
  /** Null also for NaN, which JSON lacks. */
  json(index: number): JsonText | null;
  text(index: number): string | null;
}

export class TextDictionary implements Dictionary {
  readonly #texts: readonly string[];
  readonly #kept: JsonText[] = [];
  readonly isSafe: boolean;

  constructor(texts: readonly string[]) {
    this.#texts = texts;
    this.isSafe = areSafe(texts);
  }

  json(index: number): JsonText | null {
    const known = this.#kept[index];
    if (known !== undefined) return known;
    const json = textToCell(this.text(index));
    if (this.#texts.length <= maxKept) this.#kept[index] = json;
    return json;
  }

  text(index: number): string {
    const text = this.#texts[index];
    if (text === undefined) throw new Error("a value is not in its dictionary");
    return text;
  }
}

export class ValueDictionary implements Dictionary {
  readonly #values: ArrayLike<unknown>;
  readonly #field: SchemaTree;
  readonly #kept: (JsonText | null)[] = [];
  readonly isSafe: boolean;

  constructor(values: ArrayLike<unknown>, field: SchemaTree, isSafe: boolean) {
    this.#values = values;
    this.#field = field;
    this.isSafe = isSafe;
  }

  json(index: number): JsonText | null {
    const known = this.#kept[index];
    if (known !== undefined) return known;
    if (index >= this.#values.length) throw new Error("a value is not in its dictionary");
    const made = parquetCell(this.#values[index], this.#field);
    const json = made === jsonNull ? null : made;
    if (this.#values.length <= maxKept) this.#kept[index] = json;
    return json;
  }

  text(index: number): string | null {
    return cellText(this.json(index));
  }
}
