// The targets file says another place for a dataset; all else in it stays, comments as well.

import { constants } from "node:fs";
import { access, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { CopycatError, errorMessage } from "../errors.ts";
import { readTargets } from "./readTargets.ts";
import { findTargetOf } from "./route.ts";

/** @throws CopycatError UNREADABLE_SOURCE when the file could not be replaced, told before anything is moved */
export async function requireWritable(path: string): Promise<void> {
  try {
    const file = await realpath(path);
    await access(file, constants.W_OK);
    await access(dirname(file), constants.W_OK);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Names the dataset at the target and at no other one. The new file is written beside the old one, read as any other
 * targets file, and takes the old one's place at once.
 *
 * @returns false when the file says so already, and is left alone
 * @throws CopycatError UNREADABLE_SOURCE; INVALID_INPUT
 */
export async function switchTarget(path: string, dataset: string, to: string): Promise<boolean> {
  if (findTargetOf(await readTargets(path), dataset)?.name === to) return false;
  const file = await realpath(path);
  const edited = edit(await readFile(file, "utf8"), dataset, to);
  // One name for all: what a killed process has left is written over by the next one.
  const aside = join(dirname(file), `.${basename(file)}.new`);
  try {
    await write(aside, edited, (await stat(file)).mode);
    if (findTargetOf(await readTargets(aside), dataset)?.name !== to) {
      throw new Error(`it would not send ${dataset} to ${to}`);
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true, recursive: false }).catch(() => undefined);
    throw cannotWrite(path, error);
  }
  return true;
}

async function write(path: string, text: string, mode: number): Promise<void> {
  const handle = await open(path, "w", mode & 0o777);
  try {
    await handle.writeFile(text);
    // On disk before the dataset goes from where it was.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The text with the name in another place. */
function edit(text: string, dataset: string, to: string): string {
  const document = parseDocument(text);
  const list = document.get("targets");
  const targets = isSeq(list) ? list.items.filter(isMap) : [];
  const moved = targets.flatMap((target) => takeOut(target, dataset))[0];
  const target = targets.find((one) => one.get("name") === to);
  if (target === undefined) throw new CopycatError("NOT_FOUND", `The targets file no longer names ${to}.`);
  const found = target.get("datasets");
  // As the other lists of the file are.
  const like = targets.map((one) => one.get("datasets")).find((value) => isSeq(value));
  const flow = like === undefined || like.flow === true;
  const names: YAMLSeq = isSeq(found) ? found : (document.createNode([], { flow }) as YAMLSeq);
  if (!isSeq(found)) target.set("datasets", names);
  names.items.push(moved ?? document.createNode(dataset));
  return document.toString({
    lineWidth: 0,
    indentSeq: !/^targets:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\n)*-/mu.test(text),
    flowCollectionPadding: /[[{] /u.test(text),
  });
}

/** The node with the comments on it. */
function takeOut(target: YAMLMap, dataset: string): Node[] {
  const names = target.get("datasets");
  if (!isSeq(names)) return [];
  const index = names.items.findIndex((item) => isScalar(item) && item.value === dataset);
  return index === -1 ? [] : (names.items.splice(index, 1) as Node[]);
}

function cannotWrite(path: string, error: unknown): CopycatError {
  return new CopycatError(
    "UNREADABLE_SOURCE",
    `${path} cannot be rewritten: ${errorMessage(error)}. Make the file and its folder writable, and run the same command again.`,
    { cause: error },
  );
}
