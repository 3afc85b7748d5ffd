// One short text for all that shapes the nodes of a file besides the file itself.

import { createHash } from "node:crypto";
import type { DatasetDescription } from "../../manifest/index.ts";

/** Counts up whenever files become other nodes than before, so that all are read again. */
const shapeVersion = 1;

/** Of a description: where it is written down, and where the files are, does not matter. */
export function describeInput(description: Omit<DatasetDescription, "file">, label: string): string {
  const { data, ...rest } = { ...description, file: undefined };
  return hash({ ...rest, data: { ...data, directory: undefined, filePattern: undefined }, label });
}

/** Of a folder, or a single file, that nobody has described. */
export function describeFolder(label: string, fileKey?: string): string {
  return hash(fileKey === undefined ? { label } : { label, fileKey });
}

function hash(value: object): string {
  return createHash("sha256")
    .update(
      JSON.stringify([shapeVersion, value], (_key, inner: unknown) =>
        inner instanceof Map ? [...inner] : inner,
      ),
    )
    .digest("base64url");
}
