// How a dataset begins, for the results: its entities, and what its metadata say of attributes.

import { CopycatError, errorMessage } from "../../errors.ts";
import { findData } from "../formats/document.ts";
import { parseEntityData } from "../formats/entityData.ts";
import { Mistake, step } from "../formats/mistake.ts";
import { parseJson } from "../formats/parseJson.ts";
import type { EntityData, GroupData, InitialDataset, JsonObject } from "../types.ts";

export interface Beginning {
  metadata: JsonObject;
  data: EntityData;
  /** Groups whose initial data cannot be read, and why; the others can. */
  refused: ReadonlyMap<string, string>;
}

/**
 * Entities of an initial dataset. None when there is no dataset, of binary ones, and of documents that hold no entities.
 *
 * @throws CopycatError INVALID_INPUT when a document is no JSON
 */
export function beginningOf(initial: InitialDataset | null): Beginning {
  const { metadata = {}, data } = initial ?? {};
  const found: Beginning = { metadata, data: data ?? new Map(), refused: new Map() };
  return initial?.format === "unstructured" ? { ...found, ...parseDocument(initial) } : found;
}

function parseDocument({ name, document, metadata }: InitialDataset): Partial<Beginning> {
  let content: unknown;
  try {
    content = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(document ?? new Uint8Array()));
  } catch (error) {
    throw new CopycatError(
      "INVALID_INPUT",
      `The initial data of ${name} are no JSON document: ${errorMessage(error)}.`,
      { cause: error },
    );
  }
  try {
    const { key, value } = findData(content, name);
    const others = Object.entries(content as JsonObject).filter(([other]) => other !== key);
    // What the source says of them is exact; in numbers beyond 2^53 the document is not.
    return { metadata: { ...Object.fromEntries(others), ...metadata }, ...parseGroups(value, key) };
  } catch (error) {
    if (error instanceof Mistake) return {};
    throw error;
  }
}

function parseGroups(value: Record<string, unknown>, key: string): Pick<Beginning, "data" | "refused"> {
  const data = new Map<string, GroupData>();
  const refused = new Map<string, string>();
  for (const [group, attributes] of Object.entries(value)) {
    try {
      const parsed = parseEntityData({ [group]: attributes }, { path: step(key), needsIds: true });
      data.set(group, parsed.get(group) ?? new Map());
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      refused.set(group, `${error.position}: ${error.message}`);
    }
  }
  return { data, refused };
}
