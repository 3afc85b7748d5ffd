// Locators as text, line by line.

import type { ListedLocator } from "./listLocators.ts";

export const locatorColumns = [
  "entity",
  "artifact",
  "file",
  "num",
  "dataset",
  "slice",
  "index",
  "shape",
  "dtype",
] as const satisfies readonly (keyof ListedLocator)[];

/** One JSON object a line. */
export async function* locatorsNdjson(locators: AsyncIterable<ListedLocator>): AsyncGenerator<string> {
  for await (const locator of locators) yield JSON.stringify(locator);
}

/** A head, then a line a locator; a shape is its JSON, what is not there an empty cell. */
export async function* locatorsCsv(locators: AsyncIterable<ListedLocator>): AsyncGenerator<string> {
  yield locatorColumns.join(",");
  for await (const locator of locators) yield locatorColumns.map((column) => cell(locator[column])).join(",");
}

/** One JSON array over many lines. */
export async function* locatorsJson(locators: AsyncIterable<ListedLocator>): AsyncGenerator<string> {
  let line = "[";
  for await (const locator of locators) {
    if (line !== "[") yield `${line},`;
    else yield line;
    line = JSON.stringify(locator);
  }
  if (line !== "[") {
    yield line;
    line = "";
  }
  yield `${line}]`;
}

function cell(value: string | number | number[] | null): string {
  if (value === null) return "";
  const text = Array.isArray(value) ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
