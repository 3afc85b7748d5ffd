// The update or the initial dataset in a file, or what is wrong with it.

import { asJsonText, type JsonText } from "../../../json.ts";
import type { InitialDataset, SimulationUpdate } from "../../types.ts";
import { binaryInitial, isJson, parseInitial } from "../initialDocument.ts";
import { isObject, Mistake } from "../mistake.ts";
import { stringifyJson } from "../parseJson.ts";
import { type DocumentKind, parseDocument, readBytes } from "../readDocument.ts";
import { RefusedPart } from "../types.ts";
import { parseUpdate, type UpdateName } from "../updateDocument.ts";
import type { FileEntry, InitialFile } from "./listFiles.ts";
import { parseDocumentName } from "./names.ts";

/** @param second another file of the same name: then neither counts */
export async function readInitialFile(
  { name, path, kind }: InitialFile,
  second: InitialFile | null,
): Promise<InitialDataset | RefusedPart> {
  try {
    if (second !== null) {
      throw new Mistake(
        "several_initial",
        "",
        `The initial dataset "${name}" is in two files, the other one is ${second.path}; leave one of them.`,
      );
    }
    if (kind === "binary") return binaryInitial(name, await readBytes(path, false));
    const bytes = await readBytes(path);
    const initial = parseInitial(name, parseDocument(bytes, kind), kind === "json" ? bytes : null);
    return initial ?? binaryInitial(name, bytes);
  } catch (error) {
    return refuse(path, error, null);
  }
}

/** The update in a file, or why there is none. */
export async function readUpdateFile({
  place: path,
  ...name
}: FileEntry): Promise<SimulationUpdate | RefusedPart> {
  let document: unknown;
  try {
    checkName(name);
    const kind: DocumentKind = parseDocumentName(path)?.kind ?? "json";
    document = parseDocument(await readBytes(path), kind);
    return parseUpdate(document, name);
  } catch (error) {
    return refuse(path, error, recordOf(document, name));
  }
}

/** A file that is named as an update is not passed over in silence. */
function checkName({ timestamp, iteration }: UpdateName): void {
  if (Number.isSafeInteger(timestamp) && Number.isSafeInteger(iteration)) return;
  throw new Mistake(
    "invalid_key",
    "",
    "The timestamp and the iteration in its name must be whole numbers below 2^53.",
  );
}

/** The document with what its file's name said of it; null when JSON cannot say it. */
function recordOf(document: unknown, { dataset, timestamp, iteration }: UpdateName): JsonText | null {
  if (!isObject(document) || !isJson(document)) return null;
  return asJsonText(stringifyJson({ ...document, dataset, timestamp, iteration }));
}

function refuse(path: string, error: unknown, record: JsonText | null): RefusedPart {
  if (!(error instanceof Mistake)) throw error;
  const { code, position, message } = error;
  const place = position === "" || message.startsWith(position) ? "" : `${position}: `;
  return new RefusedPart({ source: path, position, code, message: `${path}: ${place}${message}`, record });
}
