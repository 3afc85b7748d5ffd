// The document of an update or of an initial dataset: which of its keys holds the data, and what the others say.

import { isObject, kindOf, Mistake } from "./mistake.ts";

/** Objects of a document that are no data: what is true of a dataset as a whole, and who wrote an update. */
const notData = new Set(["general", "dataset", "model"]);

export interface DataPart {
  /** `data`, or the name of the dataset. */
  key: string;
  value: Record<string, unknown>;
}

/**
 * The one object of a document that holds data: `data`, or the one named as the dataset, or the only object there is.
 *
 * @throws Mistake when there is none, or more than one
 */
export function findData(document: unknown, dataset: string): DataPart {
  if (!isObject(document)) {
    throw new Mistake("not_an_object", "", `The document is ${kindOf(document)}, not an object.`);
  }
  const found = Object.entries(document).filter(
    (entry): entry is [string, Record<string, unknown>] =>
      isObject(entry[1]) && (entry[0] === dataset || !notData.has(entry[0])),
  );
  // A dataset may be called as one of them; what it is, its `data` says.
  const named = found.length > 1 && notData.has(dataset) ? found.filter(([key]) => key !== dataset) : found;
  const [first, second] = named;
  if (first === undefined) {
    throw new Mistake(
      "no_data",
      "",
      `The document has no data: expected an object under "data" or "${dataset}".`,
    );
  }
  if (second !== undefined) {
    throw new Mistake(
      "several_data",
      "",
      `The document has several objects that may be its data ("${first[0]}", "${second[0]}"); there must be one.`,
    );
  }
  return { key: first[0], value: first[1] };
}
