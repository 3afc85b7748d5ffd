// Reading the keys of a mapping, with a mistake noted for each that is not what it should be.

import { didYouMean } from "../../suggest.ts";
import type { Mistakes } from "./mistakes.ts";
import { describeValue, isNothing, type ListValue, type MappingValue, type TreeValue } from "./tree.ts";

/** Reads one mapping. Every method gives null for a key that is missing, empty or wrong. */
export class MappingReader {
  readonly mapping: MappingValue;
  readonly path: string;
  readonly #mistakes: Mistakes;

  constructor(mapping: MappingValue, path: string, mistakes: Mistakes) {
    this.mapping = mapping;
    this.path = path;
    this.#mistakes = mistakes;
  }

  /** The value of a key; null also for a key with nothing behind it. */
  find(key: string): TreeValue | null {
    const value = this.mapping.entries.get(key)?.value;
    return value === undefined || isNothing(value) ? null : value;
  }

  pathOf(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  /** Notes a mistake at the value of a key, or at the mapping when there is none. */
  fail(key: string, message: string): null {
    const entry = this.mapping.entries.get(key);
    const offset = entry === undefined || isNothing(entry.value) ? entry?.keyOffset : entry.value.offset;
    this.#mistakes.add(offset ?? this.mapping.offset, this.pathOf(key), message);
    return null;
  }

  /** `expected ..., got ...`, for a value that is there or is required. */
  mismatch(key: string, expected: string, hint = ""): null {
    const value = this.mapping.entries.get(key)?.value;
    const got = value === undefined ? "nothing (the key is missing)" : describeValue(value);
    return this.fail(key, `expected ${expected}, got ${got}${hint}`);
  }

  /** Text that is not empty. A number is a mistake too: `007` and `1.10` would not survive as one. */
  text(key: string, expected: string, required = false): string | null {
    const value = this.find(key);
    if (value === null) return required ? this.mismatch(key, expected) : null;
    if (value.kind !== "scalar") return this.mismatch(key, expected);
    if (typeof value.value !== "string") return this.mismatch(key, expected, " (put it in quotes)");
    if (value.value.trim() === "") return this.mismatch(key, expected);
    if (value.value.includes("\0")) return this.fail(key, `expected ${expected}, got text with U+0000`);
    return value.value;
  }

  choice<T extends string>(key: string, choices: readonly T[], required = false): T | null {
    const expected = `one of ${choices.join(", ")}`;
    const value = this.find(key);
    if (value === null) return required ? this.mismatch(key, expected) : null;
    const word = value.kind === "scalar" ? value.value : null;
    const found = choices.find((choice) => choice === word);
    if (found !== undefined) return found;
    if (typeof word !== "string") return this.mismatch(key, expected);
    return this.mismatch(key, expected, didYouMean(word, choices));
  }

  inner(key: string, expected: string, required = false): MappingReader | null {
    const value = this.find(key);
    if (value === null) return required ? this.mismatch(key, expected) : null;
    if (value.kind !== "mapping") return this.mismatch(key, expected);
    return new MappingReader(value, this.pathOf(key), this.#mistakes);
  }

  list(key: string, expected: string, required = false): ListValue | null {
    const value = this.find(key);
    if (value === null) return required ? this.mismatch(key, expected) : null;
    return value.kind === "list" ? value : this.mismatch(key, expected);
  }

  /** The mappings in a list; items that are something else are mistakes. */
  mappings(key: string, expected: string, required = false): MappingReader[] {
    const list = this.list(key, `a list of ${expected}`, required);
    if (list === null) return [];
    if (required && list.items.length === 0) this.mismatch(key, `at least one of ${expected}`);
    return list.items.flatMap((item, index) => {
      const path = `${this.pathOf(key)}[${index}]`;
      if (item.kind === "mapping") return [new MappingReader(item, path, this.#mistakes)];
      this.#mistakes.add(item.offset, path, `expected ${expected}, got ${describeValue(item)}`);
      return [];
    });
  }

  /** Notes every key that is not known. */
  onlyKeys(known: readonly string[], ignored: readonly string[] = []): void {
    for (const [key, { keyOffset }] of this.mapping.entries) {
      if (known.includes(key) || ignored.includes(key)) continue;
      const message = `expected one of ${known.join(", ")}, got an unknown key${didYouMean(key, known)}`;
      this.#mistakes.add(keyOffset, this.pathOf(key), message);
    }
  }
}
