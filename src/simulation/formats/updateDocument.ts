// A document -> an update. It may say itself whose it is; then it must agree with its name.

import type { SimulationUpdate, UpdateKey } from "../types.ts";
import { findData } from "./document.ts";
import { parseEntityData } from "./entityData.ts";
import { isObject, Mistake, step } from "./mistake.ts";

export interface UpdateName extends UpdateKey {
  dataset: string;
}

/**
 * `{ DATASET: { group: ... } }`, `{ data: { group: ... } }`, or with the keys `dataset`, `timestamp`, `iteration` and
 * `model` beside `data`.
 *
 * @param name what the name of the file says
 * @throws Mistake with the path of what will not do
 */
export function parseUpdate(document: unknown, name: UpdateName): SimulationUpdate {
  const { key, value } = findData(document, name.dataset);
  if (key !== "data" && key !== name.dataset) {
    throw new Mistake(
      "wrong_dataset",
      step(key),
      `The data is of the dataset "${key}", while the file is named for "${name.dataset}".`,
    );
  }
  const own = document as Record<string, unknown>;
  if (key === "data") checkName(own, name);
  return {
    dataset: name.dataset,
    timestamp: name.timestamp,
    iteration: name.iteration,
    origin: textOrName(own.model) ?? textOrName(own.origin),
    data: parseEntityData(value, { path: step(key) }),
  };
}

function checkName(document: Record<string, unknown>, name: UpdateName): void {
  const dataset = textOrName(document.dataset);
  if (dataset !== null && dataset !== name.dataset) {
    throw new Mistake(
      "wrong_dataset",
      "/dataset",
      `The update is of the dataset "${dataset}", while the file is named for "${name.dataset}".`,
    );
  }
  for (const key of ["timestamp", "iteration"] as const) {
    const value = document[key];
    if (value === undefined || value === null || value === name[key]) continue;
    throw new Mistake(
      "wrong_key",
      `/${key}`,
      `The ${key} is ${JSON.stringify(String(value))}, while the file is named for ${name[key]}.`,
    );
  }
}

/** `"roads"`, or `{ name: "roads", type: ... }`. */
export function textOrName(value: unknown): string | null {
  if (isObject(value)) return typeof value.name === "string" ? value.name : null;
  return typeof value === "string" ? value : null;
}
