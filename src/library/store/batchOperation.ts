// Changes collected one by one, and written together.

import { CopycatError } from "../../errors.ts";
import type { BatchReport, LibraryFileInput } from "../types.ts";
import { deleteFiles } from "./changePaths.ts";
import { insertFiles } from "./insertFiles.ts";
import type { BatchOptions } from "./options.ts";
import type { GrowingScope } from "./tables.ts";
import { updateFiles } from "./updateFiles.ts";

export type BatchKind = "insert" | "update" | "delete";

export interface BatchCollector<Kind extends BatchKind> {
  /** A file; of "delete" a path. */
  add(item: Kind extends "delete" ? string : LibraryFileInput): void;
}

type Item = string | LibraryFileInput;

const writers: Readonly<
  Record<BatchKind, (scope: GrowingScope, items: Item[], options: BatchOptions) => Promise<BatchReport>>
> = {
  insert: (scope, items, options) => insertFiles(scope, items as LibraryFileInput[], options),
  update: (scope, items, options) => updateFiles(scope, items as LibraryFileInput[], options),
  delete: (scope, items, options) => deleteFiles(scope, items as string[], options),
};

export async function batchOperation<Kind extends BatchKind>(
  scope: GrowingScope,
  kind: Kind,
  { work, options }: { work: (batch: BatchCollector<Kind>) => Promise<void> | void; options: BatchOptions },
): Promise<BatchReport> {
  if (!Object.hasOwn(writers, kind)) {
    throw new CopycatError("USAGE", `operation_type must be 'insert', 'update' or 'delete', got ${kind}`);
  }
  const items: Item[] = [];
  await work({
    add: (item) => {
      items.push(item);
    },
  });
  if (items.length === 0) return { read: 0, changed: 0, unchanged: 0, failures: [] };
  return writers[kind](scope, items, options);
}
