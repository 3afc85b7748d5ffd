// A YAML document as a plain tree in which every value knows its position.

/** Offset into the text of the file. */
interface Positioned {
  offset: number;
}

export interface ScalarValue extends Positioned {
  kind: "scalar";
  /** Integers are bigint and floats number, so that 1 and 1.0 stay apart. */
  value: string | number | bigint | boolean | null;
  /** As written, for messages. */
  source: string;
}

export interface ListValue extends Positioned {
  kind: "list";
  items: TreeValue[];
}

export interface MappingValue extends Positioned {
  kind: "mapping";
  entries: Map<string, MappingEntry>;
}

export interface MappingEntry {
  keyOffset: number;
  value: TreeValue;
}

export type TreeValue = ScalarValue | ListValue | MappingValue;

/** What a value is, for "expected ..., got ...". */
export function describeValue(value: TreeValue): string {
  if (value.kind === "list") return value.items.length === 0 ? "an empty list" : "a list";
  if (value.kind === "mapping") return "a mapping";
  if (value.value === null) return "nothing";
  if (typeof value.value !== "string") return value.source;
  const text = value.value.length > 80 ? `${value.value.slice(0, 77)}...` : value.value;
  return JSON.stringify(text);
}

export function isNothing(value: TreeValue): boolean {
  return value.kind === "scalar" && value.value === null;
}
