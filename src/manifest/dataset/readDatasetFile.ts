// A dataset YAML from disk.

import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { describeDataset } from "./describeDataset.ts";
import { Mistakes } from "./mistakes.ts";
import { parseYaml } from "./parseYaml.ts";
import type { DatasetDescription } from "./types.ts";

/** A description is a page of text; anything of this size is another file by mistake. */
const maxBytes = 16 * 1024 * 1024;

/**
 * Reads the description of a dataset: every default filled in, paths absolute, metadata as exact JSON.
 *
 * @throws CopycatError INVALID_INPUT with every mistake in `details`, one a line and in the order of the file:
 * `vdp.yaml:12:5: parameters.location: expected one of root_scalars, ..., got "root_scalar" (did you mean
 * root_scalars?)`. UNREADABLE_SOURCE when the file cannot be read.
 *
 * @example const { key, artifacts } = await readDatasetFile("datasets/vdp.yaml");
 */
export async function readDatasetFile(path: string): Promise<DatasetDescription> {
  const mistakes = new Mistakes(resolve(path));
  const text = decode(await readBytes(path), mistakes);
  const tree = text === null ? null : parseYaml(text, mistakes);
  const description = tree === null ? null : describeDataset(tree, mistakes);
  if (description === null) throw mistakes.toError();
  return description;
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new Error(`it has ${size} bytes, too many for a dataset YAML`);
    return await readFile(path);
  } catch (error) {
    const code = errorCode(error);
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "permission denied",
    };
    const reason = reasons[code ?? ""] ?? errorMessage(error);
    throw new CopycatError("UNREADABLE_SOURCE", `${path} cannot be read: ${reason}.`, { cause: error });
  }
}

function decode(bytes: Buffer, mistakes: Mistakes): string | null {
  if (isUtf8(bytes)) return bytes.toString("utf8").replace(/^\uFEFF/, "");
  mistakes.add(0, "", "expected UTF-8 text, got other bytes");
  return null;
}
