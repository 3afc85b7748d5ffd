// The targets file says another place for a dataset; all else in it stays, comments as well.

import { constants } from "node:fs";
import { access, type FileHandle, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";
import { CopycatError, errorCode, errorMessage } from "../errors.ts";
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
  const isSwitched = async (): Promise<boolean> =>
    findTargetOf(await readTargets(path), dataset)?.name === to;
  if (await isSwitched()) return false;
  const file = await realpath(path);
  // One name for all, which one process can make at a time: two moves between other servers would each write the file without
  // what the other one has changed in it.
  const aside = join(dirname(file), `.${basename(file)}.new`);
  const handle = await openAside(aside, (await stat(file)).mode).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
  try {
    const isToDo = !(await isSwitched());
    if (isToDo) await replace({ file, aside, handle }, dataset, to);
    else await rm(aside, { force: true });
    return isToDo;
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw cannotWrite(path, error);
  } finally {
    await handle.close();
  }
}

interface Replacing {
  file: string;
  aside: string;
  handle: FileHandle;
}

async function replace({ file, aside, handle }: Replacing, dataset: string, to: string): Promise<void> {
  await handle.writeFile(edit(await readFile(file, "utf8"), dataset, to));
  // On disk before the dataset goes from where it was.
  await handle.sync();
  if (findTargetOf(await readTargets(aside), dataset)?.name !== to) {
    throw new Error(`it would not send ${dataset} to ${to}`);
  }
  await rename(aside, file);
}

const waitMs = 50;
/** Writing a page of text takes milliseconds: who needs longer was killed. */
const staleMs = 5000;

/** Waits for another move that is writing the file; what a killed one has left is removed. */
async function openAside(aside: string, mode: number): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(aside, "wx", mode & 0o777);
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
    const found = await stat(aside).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > staleMs) await rm(aside, { force: true });
    else await setTimeout(waitMs);
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
