// What the names of files say.

import type { DocumentKind } from "../readDocument.ts";
import type { UpdateName } from "../updateDocument.ts";

/** `t{timestamp}_{iteration}_{dataset}.json`; names of datasets may have anything in them, line feeds too. */
const defaultPattern =
  /^t(?<timestamp>-?\d+)_(?<iteration>-?\d+)_(?<dataset>.+)\.(?:json|msgpack|mpk)(?:\.gz|\.zst)?$/su;

const documentName = /^(?<stem>.+)\.(?<extension>json|msgpack|mpk)(?:\.gz|\.zst)?$/su;

/**
 * @param pattern with the groups `timestamp`, `iteration` and `dataset`
 * @returns numbers beyond 2^53 as they come, which is not exact; null when the file is none of an update
 */
export function parseUpdateName(file: string, pattern: RegExp = defaultPattern): UpdateName | null {
  const { timestamp, iteration, dataset } = pattern.exec(file)?.groups ?? {};
  if (timestamp === undefined || iteration === undefined || dataset === undefined) return null;
  if (!isWhole(timestamp) || !isWhole(iteration)) return null;
  return { timestamp: Number(timestamp), iteration: Number(iteration), dataset };
}

const isWhole = (text: string): boolean => /^-?\d+$/.test(text);

/** Of a file that may be a document; null for any other. */
export function parseDocumentName(file: string): { stem: string; kind: DocumentKind } | null {
  const { stem, extension } = documentName.exec(file)?.groups ?? {};
  if (stem === undefined || extension === undefined) return null;
  return { stem, kind: extension === "json" ? "json" : "msgpack" };
}

/** Files of other programs, and those that one of them has not finished. */
export function isHidden(file: string): boolean {
  return file.startsWith(".") || file.endsWith("~") || file.endsWith(".tmp") || file.endsWith(".part");
}
