// Resolves what YAML offers for brevity - anchors, aliases, merge keys - and keeps positions.

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import type { Mistakes } from "./mistakes.ts";
import type { MappingEntry, MappingValue, ScalarValue, TreeValue } from "./tree.ts";

/** Far more than a description needs; aliases of aliases can ask for billions. */
const maxValues = 200_000;
const maxDepth = 200;

export class TreeBuilder {
  readonly #document: Document.Parsed;
  readonly #text: string;
  readonly #mistakes: Mistakes;
  /** The nodes around the current one; an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(document: Document.Parsed, text: string, mistakes: Mistakes) {
    this.#document = document;
    this.#text = text;
    this.#mistakes = mistakes;
  }

  /** Whether it gave up because of too many values; what it built is not complete then. */
  get isFull(): boolean {
    return this.#values > maxValues;
  }

  build(node: unknown, path = "", fallbackOffset = 0): TreeValue {
    const offset = offsetOf(node) ?? fallbackOffset;
    if (!isYamlNode(node) || this.#isOneTooMany(path, offset)) return nothing(offset);
    if (isAlias(node)) return this.#buildAlias(node.resolve(this.#document), node.source, path, offset);
    if (isScalar(node)) return this.#buildScalar(node, offset);
    if (!this.#enter(node, path, offset)) return nothing(offset);
    const value = isMap(node) ? this.#buildMapping(node, path, offset) : this.#buildList(node, path, offset);
    this.#open.delete(node);
    return value;
  }

  #isOneTooMany(path: string, offset: number): boolean {
    if (this.isFull) return true;
    this.#values += 1;
    if (!this.isFull) return false;
    const message = `expected at most ${maxValues} values, got more (an alias counts as a copy)`;
    this.#mistakes.add(offset, path, message);
    return true;
  }

  #enter(node: Node, path: string, offset: number): boolean {
    if (this.#open.has(node)) {
      this.#mistakes.add(offset, path, "expected a value, got an alias of the value that it is part of");
      return false;
    }
    if (this.#open.size >= maxDepth) {
      this.#mistakes.add(offset, path, `expected at most ${maxDepth} levels, got more`);
      return false;
    }
    this.#open.add(node);
    return true;
  }

  #buildAlias(target: Node | undefined, name: string, path: string, offset: number): TreeValue {
    if (target === undefined) {
      this.#mistakes.add(
        offset,
        path,
        `expected a value, got *${name}, but there is no anchor &${name} before`,
      );
      return nothing(offset);
    }
    // Mistakes in a copied value are shown where it is used.
    return { ...this.build(target, path), offset };
  }

  #buildScalar(node: { value: unknown; source?: string }, offset: number): ScalarValue {
    const value = node.value;
    const source = node.source ?? String(value);
    switch (typeof value) {
      case "string":
      case "number":
      case "bigint":
      case "boolean":
        return { kind: "scalar", value, source, offset };
      default:
        return nothing(offset);
    }
  }

  #buildList(node: Node, path: string, offset: number): TreeValue {
    const items = isSeq(node) ? node.items : [];
    const values = items.map((item, index) => this.build(item, `${path}[${index}]`, offset));
    return { kind: "list", items: values, offset };
  }

  #buildMapping(node: YAMLMap, path: string, offset: number): MappingValue {
    const entries = new Map<string, MappingEntry>();
    const merged: MappingValue[] = [];
    for (const pair of node.items) {
      const keyOffset = offsetOf(pair.key) ?? offset;
      const key = this.#keyOf(pair, path, keyOffset);
      if (key === null) continue;
      const inner = path === "" ? key : `${path}.${key}`;
      const value = this.build(pair.value, inner, keyOffset);
      if (this.#isMerge(key, keyOffset)) merged.push(...this.#mergeSources(value, inner));
      else if (!entries.has(key)) entries.set(key, { keyOffset, value });
      else this.#addRepeated(inner, keyOffset, entries.get(key)?.keyOffset ?? offset);
    }
    // What the mapping says itself counts, then the first of the merged ones.
    for (const [key, entry] of merged.flatMap((mapping) => [...mapping.entries])) {
      if (!entries.has(key)) entries.set(key, entry);
    }
    return { kind: "mapping", entries, offset };
  }

  #addRepeated(path: string, offset: number, first: number): void {
    this.#mistakes.add(
      offset,
      path,
      `expected each key once, got it again (first at ${this.#mistakes.position(first)})`,
    );
  }

  #keyOf(pair: Pair, path: string, offset: number): string | null {
    const key: unknown = isAlias(pair.key) ? pair.key.resolve(this.#document) : pair.key;
    if (isScalar(key) && key.value !== null) return key.source ?? String(key.value);
    this.#mistakes.add(offset, path, "expected text as a key, got something else");
    return null;
  }

  /** `<<` without quotes, as YAML 1.1 and most tools after it have it. */
  #isMerge(key: string, offset: number): boolean {
    return key === "<<" && this.#text.startsWith("<<", offset);
  }

  #mergeSources(value: TreeValue, path: string): MappingValue[] {
    const values = value.kind === "list" ? value.items : [value];
    return values.filter((one): one is MappingValue => {
      if (one.kind === "mapping") return true;
      this.#mistakes.add(one.offset, path, "expected a mapping or a list of mappings to merge");
      return false;
    });
  }
}

function isYamlNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function offsetOf(node: unknown): number | undefined {
  return isYamlNode(node) ? node.range?.[0] : undefined;
}

function nothing(offset: number): ScalarValue {
  return { kind: "scalar", value: null, source: "", offset };
}
