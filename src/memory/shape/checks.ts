// What is looked at in a value before the engine's codec sees it.

import { RawJson } from "../../json.ts";
import type { Field } from "../kinds.ts";
import type { MemoryTable } from "../store.ts";
import type { Embedding } from "../types.ts";
import { checkEmbedding } from "./embedding.ts";
import { checkMoment } from "./moments.ts";
import { describe, FieldProblem } from "./problem.ts";

/** The value to send, or a FieldProblem; undefined lets the default stand. */
export type Check = (value: unknown) => unknown;

/** Null where the engine's codec says all there is to say. */
export function makeCheck(field: Field, table: MemoryTable): Check | null {
  switch (field.check) {
    case "text":
      return (value) =>
        typeof value === "string"
          ? value
          : new FieldProblem("wrong_type", `must be text, but is ${describe(value)}`);
    case "embedding":
      return embeddingCheck(table.embedding ?? { type: "real[]", dimensions: null });
    case "object":
      return (value) => (value === null || isJsonObject(value) ? (value ?? undefined) : notAnObject(value));
    case "texts":
      return checkTexts;
    case "moment": {
      const hasZone = !/^timestamp(\(\d\))? without/.test(table.columns.get(field.column) ?? "");
      return (value) => (value === null ? undefined : checkMoment(value, hasZone));
    }
    case "plain":
      return field.default === undefined ? null : (value) => value ?? undefined;
  }
}

function embeddingCheck(embedding: Embedding): Check {
  return (value) => (value === null ? null : checkEmbedding(value, embedding));
}

function isJsonObject(value: unknown): boolean {
  if (value instanceof RawJson) return /^\s*\{/.test(value.text);
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function notAnObject(value: unknown): FieldProblem {
  return new FieldProblem("wrong_type", `must be an object, but is ${describe(value)}`);
}

function checkTexts(value: unknown): unknown {
  if (value === null) return undefined;
  if (!Array.isArray(value)) {
    return new FieldProblem("wrong_type", `must be a list of texts, but is ${describe(value)}`);
  }
  const bad = value.findIndex((item) => typeof item !== "string");
  return bad < 0
    ? value
    : new FieldProblem("wrong_type", `[${bad}] must be text, but is ${describe(value[bad])}`);
}
