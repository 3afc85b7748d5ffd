// A file of YAML from disk, as a tree that knows its positions.

import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { Mistakes } from "./mistakes.ts";
import { parseYaml } from "./parseYaml.ts";
import { MappingReader } from "./reader.ts";
import type { MappingValue } from "./tree.ts";

/** A description is a page of text; anything of this size is another file by mistake. */
const maxBytes = 16 * 1024 * 1024;

export interface YamlKind {
  /** What the file is, such as "a dataset YAML". */
  what: string;
  /** The keys that one has, for a file that is something else: "label, data and artifacts". */
  keys: string;
}

/**
 * Reads a file and makes something of it.
 *
 * @param describe null when it noted mistakes
 * @throws CopycatError INVALID_INPUT with every mistake in `details`; UNREADABLE_SOURCE when the file cannot be read
 */
export async function readYaml<Described>(
  path: string,
  kind: YamlKind,
  describe: (tree: MappingValue, mistakes: Mistakes) => Described | null,
): Promise<Described> {
  const mistakes = new Mistakes(resolve(path));
  const text = decode(await readBytes(path, kind), mistakes);
  const tree = text === null ? null : parseYaml(text, mistakes, kind.keys);
  const described = tree === null ? null : describe(tree, mistakes);
  if (described === null) throw mistakes.toError();
  return described;
}

/** The mapping of a whole file, key by key. */
export function readKeys(tree: MappingValue, mistakes: Mistakes): MappingReader {
  return new MappingReader(tree, "", mistakes);
}

async function readBytes(path: string, { what }: YamlKind): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new Error(`it has ${size} bytes, too many for ${what}`);
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
